using FluentAssertions;
using RouteSae.Benchmarks.Work;
using RouteSae.Features;
using RouteSae.LanguageModels;
using Xunit;

namespace RouteSae.Benchmarks.Tests;

/// <summary>Texts to features, plainly and by the product.</summary>
public sealed class FeaturiseTests
{
    [Fact]
    public void PlainWayAndProductGiveTheSameFeatures()
    {
        var bundle = new EmbeddedBundle();
        var texts = MixedTexts.Make(4, bundle.Tokenizer, seed: 1);
        using var plain = bundle.LoadPlain();
        using var product = bundle.Load(Precision.Float32);

        var expected = plain.Featurize(texts);
        var vectors = product.Featurize(texts, Pooling.Max);

        vectors.Should().HaveCount(texts.Count);
        for (var text = 0; text < texts.Count; text++)
        {
            vectors[text].Indices.Should().Equal(expected[text].Indices, $"text {text} has these latents");
            vectors[text].Values.Zip(expected[text].Values).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-4);
        }
    }

    [Fact]
    public void TextsAreSeededAndHaveTheirMedian()
    {
        var bundle = new EmbeddedBundle();

        var texts = MixedTexts.Make(500, bundle.Tokenizer, seed: 1);

        texts.Should().Equal(MixedTexts.Make(500, bundle.Tokenizer, seed: 1));
        double[] lengths = [.. texts.Select(text => (double)bundle.Preparer.Prepare(text).Length).Order()];
        lengths[250].Should().BeInRange(25, 40);
        lengths[^1].Should().BeGreaterThan(3 * lengths[250]);
    }
}
