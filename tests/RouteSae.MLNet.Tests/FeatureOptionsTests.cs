using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Tests;

/// <summary>What the options make of the codes of a text, against the featurizer's own vectors.</summary>
public sealed class FeatureOptionsTests(SmallModel small) : IClassFixture<SmallModel>
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly string[] _texts = [.. SampleTexts.Many(40)];

    [Fact]
    public void Further_poolings_follow_in_the_same_column()
    {
        using var fitted = Fit(new() { Pooling = Pooling.Mean, AdditionalPoolings = [Pooling.Max, Pooling.Count] });

        var vectors = Vectors(fitted);

        foreach (var (pooling, block) in new[] { Pooling.Mean, Pooling.Max, Pooling.Count }.Select((pooling, block) => (pooling, block)))
        {
            vectors.Select(vector => Block(vector, block)).Should().Equal(Pooled(pooling));
        }

        fitted.Slots.Should().HaveCount(3 * SmallBundle.Latents);
        fitted.Slots[SmallBundle.Latents + 5].Should().Be(new FeatureSlot(5, Pooling.Max));
        Names(fitted.Transform(Data()).Schema["Features"])[SmallBundle.Latents + 5].Should().Be($"Max {fitted.FeatureNames[5]}");
    }

    [Fact]
    public void Weights_are_their_definition()
    {
        var binary = Pooled(Pooling.Binary);
        double[] frequencies = [.. Enumerable.Range(0, SmallBundle.Latents).Select(latent => (double)binary.Count(vector => vector.Indices.Contains(latent)))];
        double Idf(int latent) => Math.Log((1 + _texts.Length) / (1 + frequencies[latent])) + 1;
        double Log(double value) => Math.Sign(value) * Math.Log(1 + Math.Abs(value));

        foreach (var (weighting, weighted) in new (FeatureWeighting, Func<int, double, double>)[]
        {
            (FeatureWeighting.Log1p, (_, value) => Log(value)),
            (FeatureWeighting.Idf, (latent, value) => value * Idf(latent)),
            (FeatureWeighting.Log1pIdf, (latent, value) => Log(value) * Idf(latent)),
        })
        {
            using var fitted = Fit(new() { Pooling = Pooling.Sum, Weighting = weighting });

            foreach (var (actual, plain) in Vectors(fitted).Zip(Pooled(Pooling.Sum)))
            {
                actual.Indices.Should().Equal(plain.Indices);
                actual.Values.Should().Equal(
                    plain.Indices.Zip(plain.Values, (latent, value) => (float)weighted(latent, value)),
                    (value, expected) => Math.Abs(value - expected) <= 1e-5 * Math.Abs(expected), "that is {0}", weighting);
            }
        }

        frequencies.Distinct().Count().Should().BeGreaterThan(3, "else the weights would all be alike");
    }

    [Fact]
    public void The_top_features_are_those_in_most_training_texts_whatever_comes_later()
    {
        const int Kept = 20;
        var binary = Pooled(Pooling.Binary);
        int[] expected = [.. Enumerable.Range(0, SmallBundle.Latents).OrderByDescending(latent => binary.Count(vector => vector.Indices.Contains(latent))).Take(Kept).Order()];

        using var fitted = Fit(new() { TopFeatures = Kept });

        fitted.Slots.Select(slot => slot.Latent).Should().Equal(expected);
        Names(fitted.Transform(Data()).Schema["Features"]).Should().Equal(expected.Select(latent => fitted.FeatureNames[latent]));
        string[] others = ["my money back please", "hello"];
        var vectors = Vectors(fitted, others);
        vectors.Should().Equal(Pooled(Pooling.Max, others).Select(vector => new FeatureVector(
            [.. vector.Indices.Where(expected.Contains).Select(latent => Array.IndexOf(expected, latent))],
            [.. vector.Indices.Zip(vector.Values).Where(item => expected.Contains(item.First)).Select(item => item.Second)])));
    }

    [Fact]
    public void More_top_features_than_there_are_means_all()
    {
        using var fitted = Fit(new() { TopFeatures = SmallBundle.Latents + 1 });

        fitted.Slots.Select(slot => slot.Latent).Should().Equal(Enumerable.Range(0, SmallBundle.Latents));
    }

    [Fact]
    public void Fitting_reads_the_texts_only_where_something_is_fitted()
    {
        var broken = _ml.Data.LoadFromEnumerable(Broken());

        Estimator(new() { Weighting = FeatureWeighting.Log1p, AdditionalPoolings = [Pooling.Last] }).Invoking(e => e.Fit(broken)).Should().NotThrow();
        Estimator(new() { Weighting = FeatureWeighting.Idf }).Invoking(e => e.Fit(broken)).Should().Throw<Exception>().WithMessage("*was read*");

        static IEnumerable<Article> Broken()
        {
            yield return new Article { Text = "a" };
            throw new InvalidOperationException("it was read");
        }
    }

    [Fact]
    public void A_minimum_activation_holds_for_tokens()
    {
        using var featurizer = SmallBundle.Build().LoadFeaturizer();
        var codes = featurizer.Encode(_texts);
        using var fitted = Fit(new() { Pooling = Pooling.Count, MinimumActivation = 0.5f });

        Vectors(fitted).Should().Equal(codes.Select(text => text.Pool(Pooling.Count, 0.5f)));
        Vectors(fitted).Should().NotEqual(codes.Select(text => text.Pool(Pooling.Count)));
    }

    [Fact]
    public void Further_columns_show_the_routed_activation_the_routing_and_the_tokens()
    {
        using var featurizer = SmallBundle.Build().LoadFeaturizer();
        var codes = featurizer.Encode(_texts, meanActivation: true);
        var estimator = Estimator(AllColumns());
        using var fitted = estimator.Fit(Data());

        var output = fitted.Transform(Data());

        Rows<float>(output, "Routed").Select(row => row.DenseValues().ToArray()).Should().BeEquivalentTo(
            codes.Select(text => text.MeanActivation ?? new float[32]), options => options.WithStrictOrdering());
        Rows<float>(output, "Share").Select(row => row.DenseValues().ToArray()).Should().BeEquivalentTo(
            codes.Select(text => text.RoutingShare([2, 3, 4, 5, 6])), options => options.WithStrictOrdering());
        Names(output.Schema["Share"]).Should().Equal("hidden state 2", "hidden state 3", "hidden state 4", "hidden state 5", "hidden state 6");
        Rows<ReadOnlyMemory<char>>(output, "Tokens").Select(row => string.Concat(row.DenseValues())).Should().Equal(_texts);
        foreach (var (row, text) in Rows<float>(output, "TokenFeatures").Zip(codes))
        {
            row.Length.Should().Be(text.TokenCount * SmallBundle.Latents);
            row.Items().Select(item => (item.Key / SmallBundle.Latents, item.Key % SmallBundle.Latents, item.Value)).Should().BeEquivalentTo(
                Enumerable.Range(0, text.TokenCount).SelectMany(token => text.LatentsOf(token).ToArray().Zip(text.ValuesOf(token).ToArray(), (latent, value) => (token, latent, value))));
        }

        ((VectorDataViewType)output.Schema["TokenFeatures"].Type).Dimensions.Should().Equal(0, SmallBundle.Latents);
    }

    [Fact]
    public void The_announced_schema_is_the_real_one()
    {
        var estimator = Estimator(AllColumns());
        using var fitted = estimator.Fit(Data());
        var recorder = new ShapeRecorder(_ml);
        estimator.Append(recorder).Fit(Data());

        foreach (var name in new[] { "Features", "Routed", "Share", "Tokens", "TokenFeatures" })
        {
            var (announced, real) = (recorder.Shape!.Single(column => column.Name == name), fitted.GetOutputSchema(Data().Schema)[name]);
            var vector = (VectorDataViewType)real.Type;
            announced.ItemType.Should().Be(vector.ItemType);
            announced.Kind.Should().Be(vector.IsKnownSize ? SchemaShape.Column.VectorKind.Vector : SchemaShape.Column.VectorKind.VariableVector);
            announced.Annotations.Select(column => column.Name).Should().Equal(real.Annotations.Schema.Select(column => column.Name));
        }
    }

    [Fact]
    public void A_prediction_engine_gives_the_further_columns_too()
    {
        using var fitted = Fit(AllColumns());
        using var engine = _ml.Model.CreatePredictionEngine<Article, Columns>(fitted);
        var text = _texts[3];

        var row = engine.Predict(new Article { Text = text });

        string.Concat(row.Tokens!).Should().Be(text);
        row.Share!.Sum().Should().BeApproximately(1, 1e-5f);
        row.Routed.Should().HaveCount(32).And.Contain(value => value != 0);
        row.TokenFeatures.Should().HaveCount(row.Tokens!.Length * SmallBundle.Latents);
    }

    [Theory]
    [InlineData("Features")]
    [InlineData("Share")]
    public void Two_columns_of_one_name_are_refused(string name) =>
        this.Invoking(test => test.Estimator(new() { TokensColumnName = name, RoutingShareColumnName = "Share" })).Should().Throw<ArgumentException>().WithMessage($"*'{name}'*");

    internal static RouteSaeOptions AllColumns() => new()
    {
        RoutedColumnName = "Routed", RoutingShareColumnName = "Share", TokensColumnName = "Tokens", TokenFeaturesColumnName = "TokenFeatures",
    };

    private RouteSaeEstimator Estimator(RouteSaeOptions options)
    {
        options.Model = small.Folder;
        return _ml.Transforms.RouteSae("Features", "Text", options);
    }

    private RouteSaeTransformer Fit(RouteSaeOptions options) => Estimator(options).Fit(Data());

    private FeatureVector[] Vectors(RouteSaeTransformer fitted, string[]? texts = null) => SmallModel.Vectors(fitted.Transform(Data(texts)));

    private FeatureVector[] Pooled(Pooling pooling, string[]? texts = null)
    {
        using var featurizer = SmallBundle.Build().LoadFeaturizer();
        return featurizer.Featurize(texts ?? _texts, pooling);
    }

    private IDataView Data(string[]? texts = null) => _ml.Data.LoadFromEnumerable((texts ?? _texts).Select(text => new Article { Text = text }));

    private static FeatureVector Block(FeatureVector vector, int block)
    {
        var items = vector.Indices.Zip(vector.Values).Where(item => item.First / SmallBundle.Latents == block).ToList();
        return new FeatureVector([.. items.Select(item => item.First % SmallBundle.Latents)], [.. items.Select(item => item.Second)]);
    }

    private static string[] Names(DataViewSchema.Column column)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        column.GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    /// <summary>Copies: ML.NET uses the arrays of a row again for the next one.</summary>
    private static List<VBuffer<T>> Rows<T>(IDataView data, string column) => [.. data.GetColumn<VBuffer<T>>(column).Select(row =>
    {
        VBuffer<T> copy = default;
        row.CopyTo(ref copy);
        return copy;
    })];

    private sealed class Columns
    {
        public float[]? Routed { get; set; }

        public float[]? Share { get; set; }

        public string[]? Tokens { get; set; }

        public float[]? TokenFeatures { get; set; }
    }
}
