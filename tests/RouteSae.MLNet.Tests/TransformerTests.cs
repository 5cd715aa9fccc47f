using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using RouteSae.Autoencoders;
using RouteSae.Bundles;
using RouteSae.Features;
using RouteSae.Files;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Tests;

/// <summary>The component over real networks.</summary>
public sealed class TransformerTests(SmallModel small) : IClassFixture<SmallModel>
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Features_are_those_of_the_featurizer()
    {
        var texts = SampleTexts.Many(50);
        using var featurizer = FeatureBundle.Open(small.Folder).LoadFeaturizer();

        using var transformer = Fit(Pooling.Mean);

        SmallModel.Vectors(transformer.Transform(Data(texts))).Zip(featurizer.Featurize(texts, Pooling.Mean)).Should().OnlyContain(
            pair => pair.First.Indices.SequenceEqual(pair.Second.Indices)
                && pair.First.Values.Zip(pair.Second.Values).All(value => Math.Abs(value.First - value.Second) < 1e-5));
        transformer.Explain(texts[0]).Should().BeEquivalentTo(featurizer.Explain(texts[0]));
        transformer.FeatureNames.Should().Equal(featurizer.FeatureNames);
    }

    [Fact]
    public void A_bundle_that_was_replaced_before_the_first_use_is_refused()
    {
        var folder = small.Path($"{Guid.NewGuid():N}");
        SmallBundle.Build().Save(folder);
        using var transformer = _ml.Transforms.RouteSae("Features", "Text", new RouteSaeOptions { Model = folder }).Fit(Data(["a text"]));
        using var other = RouteSaeModel.Create(SmallBundle.Architecture, seed: 6);

        SmallBundle.Build().With("other", other, FeatureCatalog.Unnamed(SmallBundle.Latents)).Save(folder);

        transformer.Invoking(t => t.Explain("a text")).Should().Throw<BundleFormatException>()
            .WithMessage($"The bundle '{folder}' is damaged:*- autoencoder.safetensors has SHA-256 * instead of *");
    }

    [Fact]
    public void A_prediction_engine_gives_the_features_of_the_batched_path()
    {
        using var transformer = Fit(Pooling.Max);
        var texts = SampleTexts.Many(10);
        var batched = transformer.Transform(Data(texts)).GetColumn<float[]>("Features").ToList();
        using var engine = _ml.Model.CreatePredictionEngine<Article, Prediction>(transformer);

        texts.Select(text => engine.Predict(new Article { Text = text }).Features!).Zip(batched).Should().OnlyContain(
            pair => pair.First.Zip(pair.Second).All(value => Math.Abs(value.First - value.Second) < 1e-5));
        engine.Predict(new Article { Text = null }).Features.Should().OnlyContain(value => value == 0);
    }

    [Fact]
    public void Four_threads_over_one_transformer_give_the_vectors_of_one()
    {
        using var transformer = Fit(Pooling.Max);
        var texts = SampleTexts.Many(100);
        var expected = SmallModel.Vectors(transformer.Transform(Data(texts)));
        var results = new FeatureVector[4][];

        var threads = Enumerable.Range(0, 4).Select(i => new Thread(() => results[i] = SmallModel.Vectors(transformer.Transform(Data(texts))))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        results.Should().AllSatisfy(result => result.Should().Equal(expected));
    }

    [Fact]
    public void A_megabyte_of_text_is_cut_and_the_log_says_so_once()
    {
        var log = new List<string>();
        _ml.Log += (_, message) =>
        {
            if (message.Kind == ChannelMessageKind.Warning)
            {
                log.Add(message.RawMessage);
            }
        };
        using var transformer = Fit(Pooling.Max);
        var text = string.Concat(Enumerable.Repeat("the order has not arrived. ", 40_000));

        var vectors = SmallModel.Vectors(transformer.Transform(Data([text, "short", text])));

        vectors.Should().NotContain(FeatureVector.Empty);
        log.Should().ContainSingle().Which.Should().Match(
            "A text of * tokens was cut to its first 64, which is what the model reads. Further long texts are cut without a message.");
    }

    [Fact]
    public void Cross_validation_runs_over_a_cached_pipeline()
    {
        var data = _ml.Data.LoadFromEnumerable(SampleTexts.Many(60).Select((text, i) => new Article { Text = text + (i % 2 == 0 ? " money" : " town"), Label = i % 2 == 0 ? "a" : "b" }));
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(Estimator(Pooling.Max))
            .AppendCacheCheckpoint(_ml)
            .Append(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy());

        var folds = _ml.MulticlassClassification.CrossValidate(data, pipeline, numberOfFolds: 3);

        folds.Should().HaveCount(3);
        folds.Should().OnlyContain(fold => fold.Metrics.MicroAccuracy >= 0 && fold.Metrics.MicroAccuracy <= 1);
    }

    [Fact]
    public void Missing_bundles_are_named_when_fitting()
    {
        var missing = small.Path("nowhere");

        _ml.Transforms.RouteSae("Features", "Text", new RouteSaeOptions { Model = missing }).Invoking(e => e.Fit(Data(["a"])))
            .Should().Throw<BundleFormatException>().WithMessage($"There is no bundle at '{missing}': the folder does not exist.");
    }

    [Fact]
    public void Options_changed_after_the_estimator_was_made_change_nothing()
    {
        var options = new RouteSaeOptions { Model = small.Folder };
        var estimator = _ml.Transforms.RouteSae("Features", "Text", options);
        options.Pooling = Pooling.Sum;
        options.Model = small.Path("nowhere");

        using var transformer = estimator.Fit(Data(["a"]));

        transformer.Pooling.Should().Be(Pooling.Max);
    }

    private RouteSaeEstimator Estimator(Pooling pooling) =>
        _ml.Transforms.RouteSae("Features", "Text", new RouteSaeOptions { Model = small.Folder, Pooling = pooling });

    private RouteSaeTransformer Fit(Pooling pooling) => Estimator(pooling).Fit(Data(["a"]));

    private IDataView Data(IEnumerable<string> texts) => _ml.Data.LoadFromEnumerable(texts.Select(text => new Article { Text = text }));

    private sealed class Prediction
    {
        public float[]? Features { get; set; }
    }
}
