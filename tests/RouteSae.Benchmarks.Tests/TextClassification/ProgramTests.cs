using System.Text.Json;
using FluentAssertions;
using RouteSae.ClassificationBenchmark;
using RouteSae.Features;
using Xunit;

namespace RouteSae.Benchmarks.Tests.TextClassification;

public sealed class ProgramTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("routesae-").FullName;

    [Fact]
    public void EveryMethodRunsAndNothingRunsTwice()
    {
        MadeUpSet.Write(_folder, "made");
        string[] arguments = ["--data", _folder, "--sets", "made", "--seeds", "1", "--work", At("work"), "--json", At("out.json"), "--report", At("report.md")];

        ClassificationProgram.Run(arguments).Should().Be(0);

        var rows = Rows();
        rows.Select(row => row.GetProperty("method").GetString()).Distinct().Should().HaveCountGreaterThan(35).And.Contain(
        [
            "majority class", "FeaturizeText", "TF-IDF words + characters", "TF-IDF words", "RouteSAE max", "RouteSAE last", "RouteSAE max + TF-IDF", "RouteSAE max, log1p idf",
            "hidden state 2, max", "hidden states, mean, all routed, PCA", "random router", "random autoencoder", "untrained language model, random autoencoder",
            "TopK of one layer, trained here", "RouteSAE, trained here",
        ]);
        rows[0].EnumerateObject().Take(8).Select(field => field.Name).Should().Equal("set", "method", "k", "seed", "accuracy", "macroF1", "logLoss", "seconds");
        Of(rows, "majority class").Single().GetProperty("accuracy").GetDouble().Should().Be(0.5);
        Of(rows, "FeaturizeText").Single().GetProperty("accuracy").GetDouble().Should().BeGreaterThan(0.9, "each class has words of its own");
        Of(rows, "TF-IDF words").Where(row => row.GetProperty("k").ValueKind == JsonValueKind.Number).Select(row => row.GetProperty("k").GetInt32()).Should().Equal(1, 2, 5, 10, 20, 50, 100);
        File.ReadAllText(At("report.md")).Should().Contain("| RouteSAE max | ");

        var written = File.ReadAllText(At("out.json"));
        ClassificationProgram.Run(arguments).Should().Be(0);
        File.ReadAllText(At("out.json")).Should().Be(written, "seconds too are those of the first run");
    }

    [Fact]
    public void FewShotAndNoiseAreSettingsOfTheirOwnAndSeedsDiffer()
    {
        MadeUpSet.Write(_folder, "made", classes: 3);

        ClassificationProgram.Run(["--data", _folder, "--seeds", "2", "--methods", "featurizetext,majority", "--few-shot", "--noise", "--work", At("work"), "--json", At("out.json")]).Should().Be(0);

        var few = Of(Rows(), "FeaturizeText").GroupBy(row => row.GetProperty("setting").GetString()).ToDictionary(group => group.Key!, group => group.ToArray());
        few.Keys.Should().BeEquivalentTo("full", "8 per class", "20 % label noise");
        few["8 per class"].Select(row => row.GetProperty("logLoss").GetDouble()).Should().OnlyHaveUniqueItems("other seeds draw other samples");
        few["20 % label noise"].Average(row => row.GetProperty("logLoss").GetDouble()).Should().BeGreaterThan(few["full"].Average(row => row.GetProperty("logLoss").GetDouble()));
        var interval = few["full"][0].GetProperty("accuracyInterval").EnumerateArray().Select(end => end.GetDouble()).ToArray();
        few["full"][0].GetProperty("accuracy").GetDouble().Should().BeInRange(interval[0], interval[1]);
    }

    [Fact]
    public void AHalfWrittenLineIsComputedAgainAndOtherDataAreRefused()
    {
        MadeUpSet.Write(_folder, "made");
        string[] arguments = ["--data", _folder, "--seeds", "1", "--methods", "majority", "--work", At("work"), "--json", At("out.json")];
        ClassificationProgram.Run(arguments).Should().Be(0);
        var results = Path.Combine(At("work"), "made.jsonl");
        File.WriteAllText(results, File.ReadAllText(results)[..^20]);

        ClassificationProgram.Run(arguments).Should().Be(0);
        Rows().Should().ContainSingle();
        File.ReadAllLines(results).Should().HaveCount(2);

        MadeUpSet.Write(_folder, "made", classes: 3);
        ClassificationProgram.Run(arguments).Should().Be(2, "the folder holds results of other data");
    }

    [Fact]
    public void RouteSaeFeaturesAreThoseOfTheProduct()
    {
        string[] texts = ["The old king was seen again.", "", "A ship and a boat on the river, they said.", "So?"];
        using var model = BenchmarkedModel.Load(folder: null);
        var reader = new RouteSaeReader(model.RouteSae, texts.Length, Pooling.Max, Pooling.Sum);
        TextPass.Run(model.LanguageModel, model.Preparer, model.HiddenStates, texts, [reader], default);

        using var product = model.Bundle.LoadFeaturizer();
        foreach (var pooling in new[] { Pooling.Max, Pooling.Sum })
            reader.Rows(pooling).Should().BeEquivalentTo(SparseRows.Of(product.Featurize(texts, pooling), model.RouteSae.Latents));
    }

    [Theory]
    [InlineData(2, "--seeds", "none")]
    [InlineData(2, "--wrong", "1")]
    [InlineData(2, "--data")]
    [InlineData(2, "--sets", "absent")]
    [InlineData(2, "--methods", "absent")]
    [InlineData(2, "--model", "absent", "--data", "absent")]
    public void WrongArgumentsExitWithTwo(int code, params string[] arguments)
    {
        MadeUpSet.Write(_folder, "made");
        ClassificationProgram.Run(["--data", _folder, "--work", At("work"), .. arguments]).Should().Be(code);
    }

    [Fact]
    public void ABadLineExitsWithOneAndWritesNothing()
    {
        MadeUpSet.Write(_folder, "made");
        File.AppendAllText(At("made.test.tsv"), "one\ttwo\tthree\n");

        ClassificationProgram.Run(["--data", _folder, "--work", At("work"), "--json", At("out.json")]).Should().Be(1);
        File.Exists(At("out.json")).Should().BeFalse();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    private JsonElement[] Rows() => [.. JsonDocument.Parse(File.ReadAllText(At("out.json"))).RootElement.EnumerateArray()];

    private static JsonElement[] Of(JsonElement[] rows, string method) => [.. rows.Where(row => row.GetProperty("method").GetString() == method)];
}
