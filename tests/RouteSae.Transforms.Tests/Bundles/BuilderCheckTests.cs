using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Bundles;
using RouteSae.Features;
using RouteSae.Files;
using Xunit;

namespace RouteSae.Tests.Bundles;

/// <summary>Parts that do not fit together fail when the bundle is built, not at the first text.</summary>
public sealed class BuilderCheckTests
{
    [Theory]
    [InlineData(48, 6, 64, "the autoencoder reads hidden states of width 48, the language model's have 32.")]
    [InlineData(32, 99, 64, "hidden state 99 is routed, but a language model of *")]
    [InlineData(32, 6, 1_000_000, "the context is 1000000 tokens, but the language model reads at most *")]
    public void An_autoencoder_of_another_language_model_is_refused_by_Build(int width, int hiddenState, int context, string problem)
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(SmallBundle.LanguageModelFolder, name), folder.File(name));
        }

        SmallTokenizer.Save(folder.Path);
        using var model = RouteSaeModel.Create(SmallBundle.Architecture with { HiddenSize = width, RoutedHiddenStates = [2, hiddenState] }, seed: 1);
        var builder = new FeatureBundleBuilder { Name = "wrong", Model = model, LanguageModelFolder = folder.Path, ContextLength = context };

        builder.Invoking(b => b.Build()).Should().Throw<BundleFormatException>()
            .WithMessage($"The parts of the bundle 'the new bundle 'wrong'' do not fit together: {problem}");
    }

    [Fact]
    public void As_many_tokens_as_every_text_has_special_ones_at_its_beginning_are_refused()
    {
        var bundle = SmallBundle.Build();

        bundle.Invoking(b => b.LoadFeaturizer(new TextFeaturizerOptions { MaxTokens = 1 })).Should().Throw<ArgumentException>().WithMessage(
            "MaxTokens is 1, but every text begins with 1 special token without features, so no text would have any. "
            + "Set it to at least 2, or to null for the whole context of 64 tokens.");
        using var featurizer = bundle.LoadFeaturizer(new TextFeaturizerOptions { MaxTokens = 2 });
        featurizer.Featurize(["a text"], Pooling.Max).Single().Should().NotBe(FeatureVector.Empty);
    }
}
