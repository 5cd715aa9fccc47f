using FluentAssertions;
using RouteSae.PaperComparison;
using Xunit;

namespace RouteSae.Benchmarks.Tests;

public sealed class PaperComparisonTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("routesae-").FullName;

    [Fact]
    public void TrainsMeasuresReportsAndDoesNothingTwice()
    {
        WriteCorpus();
        string[] arguments =
        [
            "--quick", "--corpus", _folder, "--work", Path.Combine(_folder, "work"), "--output", Path.Combine(_folder, "report.md"),
            "--tokens", "2048", "--latents", "48", "--active", "8", "--evaluation-tokens", "1024", "--downstream-tokens", "512",
        ];

        ComparisonProgram.Run(arguments).Should().Be(0);

        var report = File.ReadAllText(Path.Combine(_folder, "report.md"));
        string[] architectures = ["RouteSAE hard", "RouteSAE soft", "TopK", "MLSAE", "Random layer", "ReLU", "Gated", "JumpReLU", "Crosscoder"];
        foreach (var architecture in architectures)
            report.Should().Contain($"| {architecture} | ");
        report.Should().MatchRegex(@"\| TopK \| 8\.0 \| 0\.\d{4} \| \d+\.\d{3} \| ");
        File.ReadAllText(Path.Combine(_folder, "report.svg")).Should().Contain("RouteSAE hard, K = 8").And.Contain("hidden state 6");

        var written = Directory.GetFiles(Path.Combine(_folder, "work")).ToDictionary(file => file, File.GetLastWriteTimeUtc);
        written.Should().HaveCount(23, "each has its tensors and its result, and the folder its options");
        ComparisonProgram.Run(arguments).Should().Be(0);
        written.Should().OnlyContain(file => File.GetLastWriteTimeUtc(file.Key) == file.Value);
        File.ReadAllText(Path.Combine(_folder, "report.md")).Should().Be(report);
        ComparisonProgram.Run([.. arguments, "--evaluation-tokens", "2048"]).Should().Be(2, "the folder is of other options");
    }

    [Fact]
    public void ComparesWaysToMakeBatches()
    {
        WriteCorpus();
        string[] arguments =
        [
            "--quick", "--data", "--corpus", _folder, "--work", Path.Combine(_folder, "work"), "--output", Path.Combine(_folder, "report.md"),
            "--tokens", "2048", "--latents", "48", "--active", "8", "--evaluation-tokens", "1024", "--downstream-tokens", "512",
        ];

        ComparisonProgram.Run(arguments).Should().Be(0);

        var rows = File.ReadAllLines(Path.Combine(_folder, "report.md")).Where(line => line.Contains("| 8.0 |", StringComparison.Ordinal)).ToArray();
        rows.Should().HaveCount(5);
        rows.Select(row => row.Split('|')[3]).Should().OnlyHaveUniqueItems("other batches give other weights");
    }

    [Theory]
    [InlineData("--latents", "many")]
    [InlineData("--wrong", "1")]
    [InlineData("--active", "2000")]
    [InlineData("--tokens", null)]
    public void WrongArgumentsExitWithTwo(string option, string? value) =>
        ComparisonProgram.Run(value is null ? [option] : [option, value]).Should().Be(2);

    [Fact]
    public void AFolderWithoutTextsExitsWithOne() =>
        ComparisonProgram.Run(["--corpus", _folder, "--work", Path.Combine(_folder, "work")]).Should().Be(1);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void WriteCorpus()
    {
        var random = new Random(1);
        string[] words = ["the", "river", "a", "ship", "was", "seen", "in", "old", "town", "and", "they", "said", "that", "no", "king", "came", "with", "light"];
        foreach (var split in new[] { "train", "valid" })
        {
            var lines = Enumerable.Range(0, 400).Select(_ => string.Join(' ', Enumerable.Range(0, 60).Select(_ => words[random.Next(words.Length)])) + ".");
            File.WriteAllLines(Path.Combine(_folder, $"words.{split}.txt"), lines);
        }
    }
}
