using System.Globalization;
using System.Text.Json;
using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Tests.Persistence;

/// <summary>Models that earlier versions saved (Fixtures/README.md) load and score as they did then.</summary>
public sealed class OlderModelTests
{
    private const float Tolerance = 1e-5f;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private static readonly string[] All = ["0.1.0", "0.1.0-options"];

    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string> Versions => [.. All];

    [Fact]
    public void Every_committed_zip_is_tested() =>
        Directory.GetFiles(Fixture(""), "model-*.zip").Select(Path.GetFileName)
            .Should().BeEquivalentTo(All.Select(version => $"model-{version}.zip"));

    [Theory]
    [MemberData(nameof(Versions))]
    public void It_scores_as_it_did(string version)
    {
        var expected = Expected(version);

        var output = _ml.Model.Load(Fixture($"model-{version}.zip"), out var schema).Transform(Data(expected));

        schema.Select(column => column.Name).Should().Contain(["Text", "Label"]);
        output.GetColumn<string>("PredictedLabel").Should().Equal(expected.Select(row => row.PredictedLabel));
        AssertClose(output.GetColumn<float[]>("Score"), expected);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void It_scores_as_it_did_in_a_process_that_knows_nothing_of_us(string version)
    {
        var expected = Expected(version);

        var lines = FreshProcess.Run([Fixture($"model-{version}.zip"), .. expected.Select(row => row.Text)]);

        var scores = lines.Where(line => line.StartsWith("score ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1..]).ToList();
        scores.Select(fields => fields[0]).Should().Equal(expected.Select(row => row.PredictedLabel));
        AssertClose(scores.Select(fields => Array.ConvertAll(fields[1..], field => float.Parse(field, CultureInfo.InvariantCulture))), expected);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void It_keeps_its_settings_and_names(string version)
    {
        var chain = (TransformerChain<ITransformer>)_ml.Model.Load(Fixture($"model-{version}.zip"), out _);

        var transformer = chain.OfType<RouteSaeTransformer>().Single();

        transformer.Pooling.Should().Be(Pooling.Mean);
        (transformer.InputColumnName, transformer.OutputColumnName).Should().Be(("Text", "Features"));
        transformer.FeatureNames.Should().HaveCount(96).And.ContainInOrder("f0 ·  token0|\\n", "f1", "f2 ·  token2|\\n");
        transformer.Bundle.Manifest.RoutedHiddenStates.Should().Equal(1, 2, 3);
        transformer.Slots.Should().HaveCount(version == "0.1.0" ? 96 : 2 * 40);
        transformer.GetOutputSchema(Data([]).Schema).Select(column => column.Name).Should().Contain(
            version == "0.1.0" ? ["Features"] : ["Features", "Routed", "Share", "Tokens", "TokenFeatures"]);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Saved_again_by_this_version_it_still_scores_as_it_did(string version)
    {
        var expected = Expected(version);
        using var zip = new MemoryStream();
        _ml.Model.Save(_ml.Model.Load(Fixture($"model-{version}.zip"), out var schema), schema, zip);

        var output = new MLContext(seed: 2).Model.Load(zip, out _).Transform(Data(expected));

        AssertClose(output.GetColumn<float[]>("Score"), expected);
    }

    private static void AssertClose(IEnumerable<float[]> actual, ExpectedRow[] expected) =>
        actual.Zip(expected).Select(pair => pair.First.Zip(pair.Second.Scores, (a, e) => Math.Abs(a - e)).Max())
            .Should().HaveCount(expected.Length).And.OnlyContain(difference => difference < Tolerance);

    private static ExpectedRow[] Expected(string version) =>
        JsonSerializer.Deserialize<ExpectedRow[]>(File.ReadAllText(Fixture($"model-{version}.json")), Json)!;

    private static string Fixture(string name) => Path.Combine(RepositoryFiles.Root, "tests", "RouteSae.MLNet.Tests", "Fixtures", name);

    private IDataView Data(IEnumerable<ExpectedRow> rows) => _ml.Data.LoadFromEnumerable(rows.Select(row => new Article { Text = row.Text }));

    private sealed record ExpectedRow(string Text, string PredictedLabel, float[] Scores);
}
