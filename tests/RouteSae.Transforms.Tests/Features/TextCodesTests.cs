using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Features;
using RouteSae.LanguageModels;
using RouteSae.Tokens;
using TorchSharp;
using Xunit;

namespace RouteSae.Tests.Features;

public sealed class TextCodesTests : IDisposable
{
    private const string Text = "The order has not arrived yet";

    private readonly TextFeaturizer _featurizer = SmallBundle.Build().LoadFeaturizer();

    public static TheoryData<Pooling> Poolings => [.. Enum.GetValues<Pooling>()];

    public void Dispose() => _featurizer.Dispose();

    [Fact]
    public void They_are_the_pooled_tokens_of_the_explanation()
    {
        var expected = _featurizer.Explain(Text).Tokens.Where(token => token.Pooled).ToList();

        var codes = _featurizer.Encode([Text]).Single();

        codes.LatentCount.Should().Be(SmallBundle.Latents);
        codes.TokenCount.Should().Be(expected.Count);
        for (var t = 0; t < expected.Count; t++)
        {
            codes[t].Should().Be(new TextCodesToken(expected[t].TokenId, expected[t].Span, expected[t].HiddenState, expected[t].Probability));
            codes.LatentsOf(t).ToArray().Zip(codes.ValuesOf(t).ToArray(), (latent, value) => new ActiveFeature(latent, value))
                .Should().BeEquivalentTo(expected[t].Features);
            _featurizer.TokenText(codes[t].Id).Should().Be(expected[t].Token);
        }
    }

    [Theory]
    [MemberData(nameof(Poolings))]
    public void Pooled_they_are_the_vector_of_the_text(Pooling pooling)
    {
        var texts = SampleTexts.Many(20);

        _featurizer.Encode(texts).Select(codes => codes.Pool(pooling)).Should().Equal(_featurizer.Featurize(texts, pooling));
    }

    [Theory]
    [MemberData(nameof(Poolings))]
    public void Activations_below_the_minimum_count_as_none(Pooling pooling)
    {
        var codes = _featurizer.Encode([Text]).Single();
        var values = Enumerable.Range(0, codes.TokenCount).SelectMany(token => codes.ValuesOf(token).ToArray()).Order().ToArray();
        var minimum = values[values.Length / 2];

        var vector = codes.Pool(pooling, minimum);

        vector.Should().Be(Only(codes, value => value >= minimum).Pool(pooling));
        vector.Should().NotBe(codes.Pool(pooling));
    }

    [Fact]
    public void A_minimum_of_zero_keeps_negative_activations()
    {
        var codes = new TextCodes(4, [default], [0, 2], [1, 3], [-2f, 5f]);

        codes.Pool(Pooling.Sum).Should().Be(new FeatureVector([1, 3], [-2f, 5f]));
        codes.Pool(Pooling.Sum, 0.1f).Should().Be(new FeatureVector([3], [5f]));
    }

    [Fact]
    public void The_routing_share_counts_tokens()
    {
        var codes = _featurizer.Encode([Text]).Single();
        var tokens = _featurizer.Explain(Text).Tokens.Where(token => token.Pooled).ToList();
        var routed = SmallBundle.Architecture.RoutedHiddenStates;

        var share = codes.RoutingShare(routed);

        share.Should().Equal(routed.Select(index => (float)tokens.Count(token => token.HiddenState == index) / tokens.Count));
        share.Sum().Should().BeApproximately(1, 1e-6f);
    }

    [Fact]
    public void The_mean_activation_is_that_of_the_routed_activations()
    {
        using var languageModel = DecoderModel.Load(SmallBundle.LanguageModelFolder, new DecoderLoadOptions { Precision = Precision.Float32 });
        using var autoencoder = RouteSaeModel.Create(SmallBundle.Architecture, seed: 5);
        long[] ids = [.. TextTokenizer.Load(SmallBundle.LanguageModelFolder).Encode("<|begin_of_text|>" + Text).Ids.Select(id => (long)id)];
        using var gradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        using var output = languageModel.Forward(
            torch.tensor(ids).unsqueeze(0), null, new ForwardRequest { HiddenStates = SmallBundle.Architecture.RoutedHiddenStates });
        using var routed = autoencoder.Route([.. SmallBundle.Architecture.RoutedHiddenStates.Select(index => output.HiddenState(index).squeeze(0))]);
        var expected = routed.X.narrow(0, 1, ids.Length - 1).mean([0]).data<float>().ToArray(); // the begin token is not pooled

        var codes = _featurizer.Encode(["another text", Text], meanActivation: true);

        codes[1].MeanActivation.Should().Equal(expected, (actual, wanted) => Math.Abs(actual - wanted) < 1e-5);
        _featurizer.Encode([Text]).Single().MeanActivation.Should().BeNull();
    }

    [Fact]
    public void Empty_texts_have_no_tokens()
    {
        foreach (var codes in _featurizer.Encode([null, ""], meanActivation: true))
        {
            codes.TokenCount.Should().Be(0);
            codes.Pool(Pooling.Mean).Should().Be(FeatureVector.Empty);
            codes.RoutingShare([2, 3]).Should().Equal(0, 0);
            codes.MeanActivation.Should().BeNull();
        }
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        var codes = _featurizer.Encode([Text]).Single();

        codes.Invoking(c => c.Pool((Pooling)9)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("This pooling is not known.*");
        codes.Invoking(c => c.Pool(Pooling.Max, -1)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("The minimum activation must be 0 or more.*");
        codes.Invoking(c => c.Pool(Pooling.Max, float.NaN)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new TextCodes(4, [default], [0, 1], [1, 2], [1f, 2f])).Should().Throw<ArgumentException>().WithMessage("1 tokens need 2 places*");
        foreach (var latent in new[] { -1, 4 })
        {
            FluentActions.Invoking(() => new TextCodes(4, [default], [0, 1], [latent], [1f])).Should().Throw<ArgumentException>().WithMessage("A latent is not within 0 to 3.*");
        }
    }

    private static TextCodes Only(TextCodes codes, Func<float, bool> keep)
    {
        var (tokens, firsts, latents, values) = (new List<TextCodesToken>(), new List<int> { 0 }, new List<int>(), new List<float>());
        for (var token = 0; token < codes.TokenCount; token++)
        {
            tokens.Add(codes[token]);
            for (var i = 0; i < codes.ValuesOf(token).Length; i++)
            {
                if (keep(codes.ValuesOf(token)[i]))
                {
                    latents.Add(codes.LatentsOf(token)[i]);
                    values.Add(codes.ValuesOf(token)[i]);
                }
            }

            firsts.Add(latents.Count);
        }

        return new TextCodes(codes.LatentCount, [.. tokens], [.. firsts], [.. latents], [.. values]);
    }
}
