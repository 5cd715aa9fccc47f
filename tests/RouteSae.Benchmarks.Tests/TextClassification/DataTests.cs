using FluentAssertions;
using RouteSae.ClassificationBenchmark;
using Xunit;

namespace RouteSae.Benchmarks.Tests.TextClassification;

public sealed class DataTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("routesae-").FullName;

    [Fact]
    public void ReadsQuotesAsTheyAreAndLinesOfBothKinds()
    {
        var path = Write("a.tsv", "\uFEFFLabel\tText\r\nham\t\"quoted, not closed\r\nspam\t\nham\tlast"u8.ToArray());

        LabeledTextFile.Read(path).Should().Equal(
            new LabeledText("ham", "\"quoted, not closed"), new LabeledText("spam", ""), new LabeledText("ham", "last"));
    }

    [Theory]
    [InlineData("Label\tText\nham\ttext\nham\ttext\tmore\n", "line 3: 3 columns")]
    [InlineData("Label\tText\nno tab\n", "line 2: 1 column;")]
    [InlineData("Label\tText\nham\ttext\n\n", "line 3: 1 column;")]
    [InlineData("Label\tText\n\ttext\n", "line 2: the label is empty")]
    [InlineData("Text\tLabel\nham\ttext\n", "line 1: the header is 'Text\tLabel'")]
    [InlineData("Label\tText\n", "has a header but no rows")]
    [InlineData("", "line 1: the header is ''")]
    public void SaysWhatIsWrongAndWhere(string content, string problem)
    {
        var path = Write("bad.tsv", System.Text.Encoding.UTF8.GetBytes(content));

        FluentActions.Invoking(() => LabeledTextFile.Read(path)).Should().Throw<InvalidDataException>().WithMessage($"*bad.tsv*{problem}*");
    }

    [Fact]
    public void NamesTheLineThatIsNotUtf8()
    {
        var path = Write("latin.tsv", [.. "Label\tText\nham\tgood\nham\tcaf"u8, 0xE9, (byte)'\n']);

        FluentActions.Invoking(() => LabeledTextFile.Read(path)).Should().Throw<InvalidDataException>().WithMessage("*latin.tsv, line 3: the bytes are not UTF-8*");
    }

    [Fact]
    public void AMissingTestFileIsNamed()
    {
        MadeUpSet.Write(_folder, "made");
        File.Delete(Path.Combine(_folder, "made.test.tsv"));

        FluentActions.Invoking(() => DataFolder.Read(_folder, null)).Should().Throw<FileNotFoundException>().WithMessage("*made.test.tsv does not exist*");
    }

    [Fact]
    public void AnUnknownSetListsThoseThatAreThere()
    {
        MadeUpSet.Write(_folder, "made");

        FluentActions.Invoking(() => DataFolder.Read(_folder, ["other"])).Should().Throw<ArgumentException>().WithMessage("*no set other*There are: made.*");
    }

    [Fact]
    public void KeepsASplitThatSharesLittle()
    {
        var set = LabeledSet.Of("s", [new("a", "Shared, text!"), .. Rows("train", 99)], [new("b", "shared text"), .. Rows("test", 59)]);

        set.IsCrossValidated.Should().BeFalse();
        set.Folds(1).Should().ContainSingle().Which.Test.Should().HaveCount(60);
        set.Folds(1)[0].Train.Select(row => set.Texts[row]).Should().HaveCount(99).And.NotContain("Shared, text!");
        set.Note.Should().Contain("1 training rows left out");
    }

    [Fact]
    public void CrossValidatesWhereTheSplitSharesMuch()
    {
        var set = LabeledSet.Of("s", Rows("both", 80), [.. Rows("both", 30), .. Rows("test", 30)]);

        set.IsCrossValidated.Should().BeTrue();
        set.Texts.Should().HaveCount(110).And.OnlyHaveUniqueItems();
        set.Note.Should().Contain("110 distinct texts").And.Contain("30 of the 60 test texts");
        set.Folds(3).SelectMany(fold => fold.Test).Should().BeEquivalentTo(Enumerable.Range(0, 110));
        foreach (var fold in set.Folds(3))
            fold.Train.Should().NotIntersectWith(fold.Test).And.HaveCount(88);
    }

    [Fact]
    public void CrossValidatesWhereThereAreFewTestRows() =>
        LabeledSet.Of("s", Rows("train", 80), Rows("test", 49)).IsCrossValidated.Should().BeTrue();

    [Fact]
    public void SamplesAndNoiseLeaveTheTestRowsAlone()
    {
        var set = LabeledSet.Of("s", Rows("train", 100), Rows("test", 60));
        var train = set.Folds(1)[0].Train;

        var sample = Setting.FewShot[0].Train(train, set.Labels, seed: 1);
        sample.Should().HaveCount(16).And.BeSubsetOf(train);
        sample.Count(row => set.Labels[row] == 0).Should().Be(8);
        Setting.FewShot[0].Train(train, set.Labels, seed: 2).Should().NotEqual(sample);

        var noisy = Setting.Noise.Labels(train, set.Labels, classes: 2, seed: 1);
        Enumerable.Range(0, noisy.Length).Where(row => noisy[row] != set.Labels[row]).Should().HaveCount(20).And.BeSubsetOf(train);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static LabeledText[] Rows(string word, int count) =>
        [.. Enumerable.Range(0, count).Select(row => new LabeledText(row % 2 == 0 ? "a" : "b", $"{word} {row}"))];

    private string Write(string name, byte[] content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
