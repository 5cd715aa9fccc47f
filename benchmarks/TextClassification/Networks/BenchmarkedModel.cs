using RouteSae.Autoencoders;
using RouteSae.Bundles;
using RouteSae.Features;
using RouteSae.LanguageModels;
using RouteSae.MLNet.Models;
using RouteSae.Tokens;
using TorchSharp;

namespace RouteSae.ClassificationBenchmark;

/// <summary>The language model, tokenizer and RouteSAE of a bundle. Owns the networks.</summary>
internal sealed class BenchmarkedModel : IDisposable
{
    private BenchmarkedModel(FeatureBundle bundle)
    {
        Bundle = bundle;
        Tokenizer = BundleParts.LoadTokenizer(bundle);
        LanguageModel = BundleParts.LoadLanguageModel(bundle, Precision.Float32, torch.CPU);
        BundleParts.Check(bundle, LanguageModel.Config, Tokenizer);
        RouteSae = (RouteSaeModel)BundleParts.LoadAutoencoder(bundle, torch.CPU);
        Preparer = new TextPreparer(Tokenizer, LanguageModel.Config, bundle.Manifest.SpecialTokens, bundle.Manifest.ContextLength, firstTruncated: null);
    }

    public FeatureBundle Bundle { get; }

    public TextTokenizer Tokenizer { get; }

    public DecoderModel LanguageModel { get; }

    public RouteSaeModel RouteSae { get; }

    public TextPreparer Preparer { get; }

    public IReadOnlyList<int> HiddenStates => RouteSae.HiddenStates;

    /// <summary>Loads a bundle.</summary>
    /// <param name="folder">Its folder; null: the embedded one.</param>
    /// <exception cref="ArgumentException">Its autoencoder is no RouteSAE.</exception>
    public static BenchmarkedModel Load(string? folder)
    {
        var bundle = folder is null ? FeatureBundle.Open(new EmbeddedBundleFiles()) : FeatureBundle.Open(folder);
        return bundle.Manifest.Autoencoder is null
            ? new BenchmarkedModel(bundle)
            : throw new ArgumentException($"The autoencoder of {bundle.Files.Location} is a {bundle.Manifest.Autoencoder}; this benchmark compares a RouteSAE with its parts. Choose a bundle with one.");
    }

    public void Dispose()
    {
        LanguageModel.Dispose();
        RouteSae.Dispose();
    }
}
