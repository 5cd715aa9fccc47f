using RouteSae.Autoencoders;
using RouteSae.Features;
using RouteSae.Files;
using RouteSae.Hub;
using RouteSae.LanguageModels;
using RouteSae.Tokens;
using RouteSae.Tokens.Files;

namespace RouteSae.Bundles;

/// <summary>Makes a bundle of a trained RouteSAE, or of an autoencoder of one hidden state, and the language model that it was trained on.</summary>
public sealed class FeatureBundleBuilder
{
    /// <summary>The bundle's name, for people.</summary>
    public required string Name { get; init; }

    /// <summary>A trained <see cref="RouteSaeModel"/> or <see cref="SingleLayerModel"/>. Read by <see cref="Build"/>; the caller keeps it.</summary>
    public required AutoencoderModel Model { get; init; }

    /// <summary>The language model's checkpoint: a folder with <c>config.json</c>, <c>tokenizer.json</c> (or another tokenizer that is read) and weights.</summary>
    public required string LanguageModelFolder { get; init; }

    /// <summary>What is known of each latent. Default: nothing.</summary>
    public FeatureCatalog? Features { get; init; }

    /// <summary>The most tokens of a text that are read, special tokens included, at least 1.</summary>
    public required int ContextLength { get; init; }

    /// <summary>What happens to special tokens. Default: they are added and not pooled.</summary>
    public SpecialTokenPolicy SpecialTokens { get; init; } = new();

    /// <summary>
    /// The language model's name on the Hugging Face hub or its folder, when the bundle is to refer to it. Null, the default: the
    /// model goes into the bundle.
    /// </summary>
    public string? LanguageModelLocation { get; init; }

    /// <summary>Makes the bundle. Its files are read from where they lie until it is saved.</summary>
    /// <returns>The bundle, verified.</returns>
    /// <exception cref="FileNotFoundException">The checkpoint lacks a file.</exception>
    /// <exception cref="NotSupportedException">
    /// The language model is to go into the bundle, but its weights are in several files; or a bundle cannot hold an autoencoder of this kind.
    /// </exception>
    /// <exception cref="BundleFormatException">The settings make no sense together.</exception>
    public FeatureBundle Build()
    {
        var manifest = BundledModel.Describe(Model, Name, ContextLength, SpecialTokens);
        var files = new CollectedBundleFiles($"the new bundle '{Name}'");
        files.AddFeatures(Model, Features ?? FeatureCatalog.Unnamed(Model.Latents));
        AddTokenizer(files);

        if (LanguageModelLocation is null)
        {
            AddLanguageModel(files);
        }

        files.AddManifest(manifest with
        {
            LanguageModel = LanguageModelLocation is null ? null : new LanguageModelReference { Location = LanguageModelLocation, Files = MeasureModel() },
        });
        var bundle = FeatureBundle.Open(files, languageModelLastFoundAt: null, folder: null, chosenFolder: LanguageModelFolder);
        CheckParts(bundle);
        return bundle;
    }

    /// <summary>What does not fit would otherwise be noticed at the first text.</summary>
    private void CheckParts(FeatureBundle bundle)
    {
        var path = InFolder(Checkpoint.Config);
        BundleParts.Check(bundle, DecoderConfig.Parse(File.ReadAllText(path), path), BundleParts.LoadTokenizer(bundle));
    }

    private void AddTokenizer(CollectedBundleFiles files)
    {
        var tokenizer = TokenizerFolder.Read(LanguageModelFolder);
        files.Add(BundleFileNames.Tokenizer, tokenizer.Tokenizer);
        if (tokenizer.Config is { } config)
        {
            files.Add(BundleFileNames.TokenizerConfig, config);
        }
    }

    private void AddLanguageModel(CollectedBundleFiles files)
    {
        if (Checkpoint.IsSharded(LanguageModelFolder))
        {
            throw new NotSupportedException(
                $"The weights in '{LanguageModelFolder}' are in several files; a bundle holds them in one. "
                + $"Set {nameof(LanguageModelLocation)} to refer to the model instead, or merge its files into {Checkpoint.SingleFile}.");
        }

        files.AddFile(BundleFileNames.ModelConfig, InFolder(Checkpoint.Config));
        files.AddFile(BundleFileNames.ModelWeights, InFolder(Checkpoint.SingleFile));
    }

    private Dictionary<string, BundleFile> MeasureModel() =>
        Checkpoint.FileNames(LanguageModelFolder).Order(StringComparer.Ordinal).ToDictionary(name => name, Measure);

    private BundleFile Measure(string name)
    {
        var path = InFolder(name);
        using var stream = File.Exists(path)
            ? File.OpenRead(path)
            : throw new FileNotFoundException($"the new bundle '{Name}' needs '{path}', which does not exist.", path);
        return BundleFile.Measure(stream);
    }

    private string InFolder(string name) => Path.Combine(LanguageModelFolder, name);
}
