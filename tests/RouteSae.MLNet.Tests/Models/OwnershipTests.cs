using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Tests.Models;

public sealed class OwnershipTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly FakeModel _model = new();

    [Fact]
    public void Prediction_engine_gives_the_vector_of_the_batched_path()
    {
        var transformer = _model.Transformer();
        using var engine = Engine(transformer);

        foreach (var article in Article.Many(5))
        {
            engine.Predict(article).Features.Should().Equal(Dense(FakeModel.Reference.Vector(article.Text)));
        }
    }

    [Fact]
    public void Prediction_engine_encodes_a_text_once_and_each_new_text_again()
    {
        using var engine = Engine(_model.Transformer());
        var article = new Article { Text = "a text" };

        engine.Predict(article);
        _model.Texts.Should().Be(1);
        engine.Predict(article);
        _model.Texts.Should().Be(1);
        article.Text = "another text";
        engine.Predict(article).Features.Should().Equal(Dense(FakeModel.Reference.Vector("another text")));
        _model.Texts.Should().Be(2);
    }

    [Fact]
    public void Disposing_one_of_two_engines_leaves_the_other_and_the_transformer_working_without_loading_again()
    {
        var transformer = _model.Transformer();
        var first = Engine(transformer);
        using var second = Engine(transformer);
        first.Predict(new Article { Text = "a text" });

        first.Dispose();

        second.Predict(new Article { Text = "b text" }).Features.Should().Equal(Dense(FakeModel.Reference.Vector("b text")));
        transformer.Transform(_ml.Data.LoadFromEnumerable(Article.Many(3))).GetColumn<VBuffer<float>>("Features").Count().Should().Be(3);
        _model.Loaded.Should().ContainSingle().Which.IsDisposed.Should().BeFalse();
    }

    [Fact]
    public void A_fit_that_fails_while_it_counts_frequencies_leaves_no_claim_on_the_network()
    {
        static IEnumerable<Article> Broken()
        {
            yield return new Article { Text = "a text" };
            yield return new Article { Text = "b text" };
            throw new InvalidOperationException("the source broke");
        }

        var estimator = new RouteSaeEstimator(_ml, "Features", "Text", new RouteSaeOptions { TopFeatures = 3, BatchSize = 1 }, () => _model.Model);

        estimator.Invoking(e => e.Fit(_ml.Data.LoadFromEnumerable(Broken()))).Should().Throw<Exception>();

        _model.Texts.Should().BeGreaterThan(0, "it had begun");
        _model.Shared.IsLoaded.Should().BeFalse();
    }

    [Fact]
    public void The_network_is_freed_with_the_last_claim()
    {
        var transformer = _model.Transformer();
        var engine = Engine(transformer);
        engine.Predict(new Article { Text = "a text" });

        engine.Dispose();
        _model.Shared.IsLoaded.Should().BeTrue();
        transformer.Dispose();

        _model.Shared.IsLoaded.Should().BeFalse();
        _model.Loaded.Should().ContainSingle().Which.IsDisposed.Should().BeTrue();
    }

    [Fact]
    public void A_chain_works_on_after_its_engine_was_disposed()
    {
        var chain = Chain(_model.Transformer());
        var engine = Engine(chain);
        engine.Predict(new Article { Text = "a text" });

        engine.Dispose();

        chain.Transform(_ml.Data.LoadFromEnumerable(Article.Many(3))).GetColumn<VBuffer<float>>("Copy").Count().Should().Be(3);
        _model.Loaded.Should().ContainSingle();
    }

    [Fact]
    public void Disposing_a_chain_frees_the_network()
    {
        var chain = Chain(_model.Transformer());
        chain.Transform(_ml.Data.LoadFromEnumerable(Article.Many(3))).GetColumn<VBuffer<float>>("Copy").Count().Should().Be(3);

        chain.Dispose();

        _model.Shared.IsLoaded.Should().BeFalse();
    }

    [Fact]
    public void A_transformer_used_after_its_last_claim_loads_the_network_again()
    {
        var transformer = _model.Transformer();
        transformer.Explain("a text");
        transformer.Dispose();
        transformer.Dispose();

        var vectors = transformer.Transform(_ml.Data.LoadFromEnumerable(Article.Many(20))).GetColumn<VBuffer<float>>("Features").Count();

        vectors.Should().Be(20);
        _model.Loaded.Should().HaveCount(2, "one network served all windows after it was loaded again");
        transformer.Dispose();
        _model.Loaded.Should().OnlyContain(featurizer => featurizer.IsDisposed);
    }

    [Fact]
    public void A_transformer_disposed_twice_does_not_take_another_transformers_claim()
    {
        var first = _model.Transformer();
        var second = _model.Transformer();
        first.Explain("a text");

        first.Dispose();
        first.Dispose();

        _model.Shared.IsLoaded.Should().BeTrue();
        second.Dispose();
        _model.Shared.IsLoaded.Should().BeFalse();
    }

    [Fact]
    public void Disposing_during_a_call_frees_the_network_when_the_call_has_ended()
    {
        var transformer = _model.Transformer();

        var wasDisposed = _model.Shared.Use(featurizer =>
        {
            transformer.Dispose();
            return ((FakeFeaturizer)featurizer).IsDisposed;
        });

        wasDisposed.Should().BeFalse();
        _model.Loaded.Single().IsDisposed.Should().BeTrue();
    }

    [Fact]
    public void Four_threads_with_an_engine_each_give_the_vectors_of_one()
    {
        var transformer = _model.Transformer();
        var articles = Article.Many(200);
        var results = new float[articles.Count][];

        var threads = Enumerable.Range(0, 4).Select(t => new Thread(() =>
        {
            using var engine = Engine(transformer);
            for (var i = t; i < articles.Count; i += 4)
            {
                results[i] = engine.Predict(articles[i]).Features!;
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        results.Should().BeEquivalentTo(
            articles.Select(article => Dense(FakeModel.Reference.Vector(article.Text))), options => options.WithStrictOrdering());
        _model.Loaded.Should().ContainSingle().Which.IsDisposed.Should().BeFalse("the transformer itself still has its claim");
    }

    private TransformerChain<ITransformer> Chain(RouteSaeTransformer transformer)
    {
        var output = transformer.Transform(_ml.Data.LoadFromEnumerable(Article.Many(1)));
        return new TransformerChain<ITransformer>(transformer, _ml.Transforms.CopyColumns("Copy", "Features").Fit(output));
    }

    private PredictionEngine<Article, Prediction> Engine(ITransformer transformer) =>
        _ml.Model.CreatePredictionEngine<Article, Prediction>(transformer);

    private static float[] Dense(FeatureVector vector)
    {
        var dense = new float[FakeModel.Latents];
        for (var i = 0; i < vector.Indices.Length; i++)
        {
            dense[vector.Indices[i]] = vector.Values[i];
        }

        return dense;
    }

    private sealed class Prediction
    {
        public float[]? Features { get; set; }
    }
}
