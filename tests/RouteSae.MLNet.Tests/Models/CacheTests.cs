using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;
using RouteSae.MLNet.Models;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Tests.Models;

public sealed class CacheTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly List<string> _warnings = [];

    [Fact]
    public void A_trainer_of_many_passes_runs_the_network_once_for_each_text()
    {
        var model = Model(bytes: 1 << 20);
        var data = Data(120);
        var estimator = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(new Given(Transformer(model)))
            .Append(_ml.MulticlassClassification.Trainers.OneVersusAll(_ml.BinaryClassification.Trainers.AveragedPerceptron(numberOfIterations: 5)));

        estimator.Fit(data);

        model.Texts.Should().Be(120);
        _warnings.Should().BeEmpty();
    }

    [Fact]
    public void Without_a_cache_it_warns_once_and_says_what_helps()
    {
        var model = Model(bytes: null);
        var view = Transformer(model).Transform(Data(30));

        for (var pass = 1; pass <= 8; pass++)
        {
            view.GetColumn<VBuffer<float>>("Features").Count().Should().Be(30);
            _warnings.Should().HaveCount(pass < 4 ? 0 : 1);
        }

        _warnings.Single().Should().Contain("AppendCacheCheckpoint(mlContext)").And.Contain("'Features'");
        model.Texts.Should().Be(8 * 30);
    }

    [Fact]
    public void A_cache_that_is_too_small_keeps_the_first_texts_and_the_others_are_computed()
    {
        var model = Model(bytes: 20_000);
        var view = Transformer(model).Transform(Data(150));
        var expected = Article.Many(150).Select(article => FakeModel.Reference.Vector(article.Text)).ToList();

        SmallModel.Vectors(view).Should().Equal(expected);
        SmallModel.Vectors(view).Should().Equal(expected);

        model.Texts.Should().BeInRange(151, 299);
    }

    [Fact]
    public void Different_texts_are_never_taken_for_each_other()
    {
        var cache = new CodesCache(1 << 20);
        string?[] texts = ["a", "b", "a ", " a", "A", "", null, "ab", "a\0", "\u0061\u0308", "\u00e4"];
        var featurizer = new FakeFeaturizer(FakeModel.Latents);

        cache.Encode(texts, given => featurizer.Encode(given));
        var second = cache.Encode(texts, _ => throw new InvalidOperationException("all are known"));

        second.Computed.Should().Be(0);
        second.Codes.Select(codes => codes.Pool(Pooling.Sum)).Should().Equal(texts.Select(featurizer.Vector));
    }

    [Fact]
    public void Threads_that_share_it_get_right_vectors()
    {
        var model = Model(bytes: 40_000);
        var transformer = Transformer(model);

        Parallel.For(0, 16, _ => SmallModel.Vectors(transformer.Transform(Data(150)))
            .Should().Equal(Article.Many(150).Select(article => FakeModel.Reference.Vector(article.Text))));
    }

    [Fact]
    public void Freeing_the_network_frees_the_codes()
    {
        var model = Model(bytes: 1 << 20);
        var transformer = Transformer(model);
        SmallModel.Vectors(transformer.Transform(Data(30)));

        transformer.Dispose();
        SmallModel.Vectors(transformer.Transform(Data(30)));

        model.Texts.Should().Be(60);
    }

    [Fact]
    public void All_that_one_estimator_fits_share_it()
    {
        var model = Model(bytes: 1 << 20);
        var estimator = new RouteSaeEstimator(_ml, "Features", "Text", new RouteSaeOptions { Weighting = FeatureWeighting.Idf, TopFeatures = 50 }, () => model.Model);
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label").Append(estimator).Append(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy());

        var folds = _ml.MulticlassClassification.CrossValidate(Data(60), pipeline, numberOfFolds: 3);

        folds.Should().HaveCount(3).And.OnlyContain(fold => fold.Metrics.MicroAccuracy > 0);
        model.Texts.Should().Be(60);
    }

    private CachedModel Model(long? bytes) => new(bytes, _warnings.Add);

    private static RouteSaeTransformer Transformer(CachedModel model) =>
        new("Features", "Text", new RouteSaeOptions { BatchSize = 16 }, model.Model, FittedFeatures.Nothing);

    private IDataView Data(int rows) => _ml.Data.LoadFromEnumerable(Article.Many(rows));

    private sealed class CachedModel
    {
        private readonly List<FakeFeaturizer> _loaded = [];

        public CachedModel(long? bytes, Action<string> warn)
        {
            var cache = bytes is { } size ? new CodesCache(size) : null;
            var shared = new SharedFeaturizer(
                () =>
                {
                    _loaded.Add(new FakeFeaturizer(FakeModel.Latents));
                    return _loaded[^1];
                },
                () => cache?.Clear());
            Model = new FeatureModel(FakeModel.Bundle(), shared) { Cache = cache, Warn = warn };
        }

        public FeatureModel Model { get; }

        public int Texts => _loaded.Sum(featurizer => featurizer.Texts);
    }

    /// <summary>An estimator that gives the transformer that it was given.</summary>
    private sealed class Given(RouteSaeTransformer transformer) : IEstimator<RouteSaeTransformer>
    {
        public RouteSaeTransformer Fit(IDataView input) => transformer;

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
            new MLContext().Transforms.RouteSae("Features", "Text").GetOutputSchema(inputSchema);
    }
}
