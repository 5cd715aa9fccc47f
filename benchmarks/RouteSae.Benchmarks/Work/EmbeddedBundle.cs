using System.Text;
using RouteSae.Autoencoders;
using RouteSae.Benchmarks.PlainPort;
using RouteSae.Bundles;
using RouteSae.Features;
using RouteSae.LanguageModels;
using RouteSae.Tensors;
using RouteSae.TinyModel;
using RouteSae.Tokens;
using TorchSharp;

namespace RouteSae.Benchmarks.Work;

/// <summary>The bundle that RouteSae.TinyModel embeds.</summary>
internal sealed class EmbeddedBundle : IBundleFiles
{
    private readonly FeatureBundle _bundle;

    public EmbeddedBundle()
    {
        _bundle = FeatureBundle.Open(this);
        Tokenizer = BundleParts.LoadTokenizer(_bundle);
        Preparer = new TextPreparer(Tokenizer, Config(), _bundle.Manifest.SpecialTokens, ContextLength, firstTruncated: null);
    }

    public string Location => "the embedded model (RouteSae.TinyModel)";

    public IReadOnlyCollection<string> Names => TinyModelFiles.Names;

    public TextTokenizer Tokenizer { get; }

    public TextPreparer Preparer { get; }

    public IReadOnlyList<int> RoutedHiddenStates => _bundle.Manifest.RoutedHiddenStates;

    public int ContextLength => _bundle.Manifest.ContextLength;

    public Stream Open(string name) => TinyModelFiles.Open(name);

    /// <summary>The product. The caller owns it.</summary>
    public TextFeaturizer Load(Precision precision) => _bundle.LoadFeaturizer(new TextFeaturizerOptions { Precision = precision });

    /// <summary>The plain way, in float32. The caller owns it.</summary>
    public PlainFeaturizer LoadPlain()
    {
        using var autoencoder = (RouteSaeModel)BundleParts.LoadAutoencoder(_bundle, torch.CPU);
        return new PlainFeaturizer(
            Preparer, LoadWholeLanguageModel(), new PlainRouteSae(autoencoder), _bundle.Manifest.RoutedHiddenStates, ContextLength);
    }

    private DecoderModel LoadWholeLanguageModel()
    {
        using var stream = Open(BundleFileNames.ModelWeights);
        using var weights = SafetensorsFile.Read(stream, BundleFileNames.ModelWeights);
        return DecoderModel.Load(Config(), weights, new DecoderLoadOptions { Precision = Precision.Float32 });
    }

    private DecoderConfig Config() => DecoderConfig.Parse(Encoding.UTF8.GetString(_bundle.ReadAll(BundleFileNames.ModelConfig)), BundleFileNames.ModelConfig);
}
