using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Tests.Persistence;

public sealed class SaveLoadTests(SmallModel small) : IClassFixture<SmallModel>
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data = new MLContext(seed: 1).Data.LoadFromEnumerable(SampleTexts.Many(40).Select(text => new Article { Text = text, Label = text[..1] }));

    [Fact]
    public void A_loaded_model_gives_exactly_the_vectors_of_the_saved_one()
    {
        var fitted = Estimator(Pooling.Sum).Fit(_data);

        var loaded = (RouteSaeTransformer)Reload(fitted);

        SmallModel.Vectors(loaded.Transform(_data)).Should().Equal(SmallModel.Vectors(fitted.Transform(_data)));
        loaded.Pooling.Should().Be(Pooling.Sum);
        loaded.InputColumnName.Should().Be("Text");
        loaded.OutputColumnName.Should().Be("Features");
        loaded.FeatureNames.Should().Equal(fitted.FeatureNames);
        loaded.Bundle.Manifest.Should().BeEquivalentTo(fitted.Bundle.Manifest);
    }

    [Fact]
    public void A_loaded_model_has_all_that_the_options_asked_for()
    {
        var options = FeatureOptionsTests.AllColumns();
        options.Model = small.Folder;
        options.Pooling = Pooling.Mean;
        options.AdditionalPoolings = [Pooling.Binary];
        options.Weighting = FeatureWeighting.Log1pIdf;
        options.TopFeatures = 30;
        options.MinimumActivation = 0.2f;
        var fitted = _ml.Transforms.RouteSae("Features", "Text", options).Fit(_data);

        var loaded = (RouteSaeTransformer)Reload(Reload(fitted));

        var (expected, actual) = (fitted.Transform(_data), loaded.Transform(_data));
        SmallModel.Vectors(actual).Should().Equal(SmallModel.Vectors(expected));
        loaded.Slots.Should().Equal(fitted.Slots).And.HaveCount(60);
        actual.Schema.Select(column => (column.Name, column.Type)).Should().Equal(expected.Schema.Select(column => (column.Name, column.Type)));
        foreach (var column in new[] { "Routed", "Share", "TokenFeatures" })
        {
            actual.GetColumn<float[]>(column).Should().BeEquivalentTo(expected.GetColumn<float[]>(column), options => options.WithStrictOrdering());
        }
    }

    [Fact]
    public void A_model_that_needs_nothing_newer_is_written_for_older_versions()
    {
        Format(Estimator()).Should().Be(1);
        Format(_ml.Transforms.RouteSae("Features", "Text", new RouteSaeOptions { Model = small.Folder, TopFeatures = 9 })).Should().Be(2);

        int Format(RouteSaeEstimator estimator)
        {
            using var zip = ZipFile.OpenRead(Save(estimator.Fit(_data)));
            using var stream = zip.Entries.Single(entry => entry.Name == "routesae.json").Open();
            return JsonDocument.Parse(stream).RootElement.GetProperty("format").GetInt32();
        }
    }

    [Fact]
    public void A_loaded_model_can_be_saved_and_loaded_again()
    {
        var fitted = Estimator().Fit(_data);

        var twice = Reload(Reload(fitted));

        SmallModel.Vectors(twice.Transform(_data)).Should().Equal(SmallModel.Vectors(fitted.Transform(_data)));
    }

    [Fact]
    public void A_model_needs_nothing_but_its_file()
    {
        var moved = small.Path($"{Guid.NewGuid():N}");
        SmallBundle.Build().Save(moved);
        var fitted = _ml.Transforms.RouteSae("Features", "Text", new RouteSaeOptions { Model = moved }).Fit(_data);
        var expected = SmallModel.Vectors(fitted.Transform(_data));
        var path = Save(fitted);
        Directory.Delete(moved, recursive: true);

        SmallModel.Vectors(_ml.Model.Load(path, out _).Transform(_data)).Should().Equal(expected);
    }

    [Fact]
    public void A_fresh_process_that_knows_nothing_of_us_gives_the_same_vectors()
    {
        string[] texts = ["The order has not arrived yet", "", "my money back please"];
        var chain = Estimator().Append(_ml.Transforms.CopyColumns("Copy", "Features")).Fit(_data);
        var expected = SmallModel.Vectors(chain.Transform(_ml.Data.LoadFromEnumerable(texts.Select(text => new Article { Text = text }))));

        var lines = FreshProcess.Run([Save(chain), .. texts]);

        lines[0].Should().Be($"names {SmallBundle.Latents} f127");
        lines[1..].Should().Equal(expected.Select(vector => ("row " + string.Join(' ', vector.Indices.Zip(
            vector.Values, (index, value) => string.Create(CultureInfo.InvariantCulture, $"{index}:{value:R}"))))));
        expected[0].Indices.Should().NotBeEmpty();
        expected[1].Indices.Should().BeEmpty();
    }

    [Fact]
    public void A_classifier_over_the_features_predicts_the_same_after_loading()
    {
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(Estimator())
            .Append(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(historySize: 5));
        var fitted = pipeline.Fit(_data);

        var loaded = Reload(fitted);

        Scores(loaded).Should().BeEquivalentTo(Scores(fitted), options => options.WithStrictOrdering());
        _ml.MulticlassClassification.Evaluate(fitted.Transform(_data)).MicroAccuracy.Should().BeGreaterThan(0.6, "forty texts are easily told apart by 128 features");
    }

    [Fact]
    public void Nested_chains_load()
    {
        var inner = _ml.Transforms.CopyColumns("Text2", "Text").Append(Estimator().Append(_ml.Transforms.CopyColumns("Copy", "Features")));
        var fitted = inner.Append(_ml.Transforms.CopyColumns("Copy2", "Copy")).Fit(_data);

        SmallModel.Vectors(Reload(fitted).Transform(_data)).Should().Equal(SmallModel.Vectors(fitted.Transform(_data)));
    }

    [Fact]
    public void A_model_loads_from_a_stream_and_with_the_fallback_registration()
    {
        var fitted = Estimator().Fit(_data);
        using var stream = new MemoryStream(File.ReadAllBytes(Save(fitted)));

        var loaded = new MLContext(seed: 2).RegisterRouteSae().Model.Load(stream, out var schema);

        schema.Select(column => column.Name).Should().Equal(_data.Schema.Select(column => column.Name));
        SmallModel.Vectors(loaded.Transform(_data)).Should().Equal(SmallModel.Vectors(fitted.Transform(_data)));
    }

    [Fact]
    public void Options_are_kept()
    {
        var options = new RouteSaeOptions { Model = small.Folder, Pooling = Pooling.Count, MaxTokens = 4 };
        var fitted = _ml.Transforms.RouteSae("Features", "Text", options).Fit(_data);

        var loaded = (RouteSaeTransformer)Reload(fitted);

        SmallModel.Vectors(loaded.Transform(_data)).Should().Equal(SmallModel.Vectors(fitted.Transform(_data)));
        loaded.Explain("one two three four five").Tokens.Should().HaveCount(4);
    }

    private RouteSaeEstimator Estimator(Pooling pooling = Pooling.Max) =>
        _ml.Transforms.RouteSae("Features", "Text", new RouteSaeOptions { Model = small.Folder, Pooling = pooling });

    private ITransformer Reload(ITransformer transformer) => new MLContext(seed: 9).Model.Load(Save(transformer), out _);

    private string Save(ITransformer transformer)
    {
        var path = small.Path($"{Guid.NewGuid():N}.zip");
        _ml.Model.Save(transformer, _data.Schema, path);
        return path;
    }

    private float[][] Scores(ITransformer transformer) =>
        [.. transformer.Transform(_data).GetColumn<float[]>(transformer.Transform(_data).Schema["Score"])];
}
