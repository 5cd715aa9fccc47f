namespace RouteSae.Bundles;

/// <summary>The names of the files in a bundle, beside its manifest <see cref="BundleManifest.FileName"/>.</summary>
public static class BundleFileNames
{
    /// <summary>Router and autoencoder.</summary>
    public const string Autoencoder = "autoencoder.safetensors";

    /// <summary>What is known of each latent (<see cref="Features.FeatureCatalog"/>).</summary>
    public const string Features = "features.json";

    /// <summary>The tokenizer, in Hugging Face's form.</summary>
    public const string Tokenizer = "tokenizer.json";

    /// <summary>The tokenizer's special tokens; optional.</summary>
    public const string TokenizerConfig = "tokenizer_config.json";

    /// <summary>The language model's configuration, when the model is in the bundle.</summary>
    public const string ModelConfig = "model/config.json";

    /// <summary>The language model's weights, when the model is in the bundle.</summary>
    public const string ModelWeights = "model/model.safetensors";

    /// <summary>The files that every bundle has.</summary>
    /// <param name="withLanguageModel">Whether the language model is in the bundle.</param>
    internal static IEnumerable<string> Required(bool withLanguageModel)
    {
        string[] always = [Autoencoder, Features, Tokenizer];
        return withLanguageModel ? [.. always, ModelConfig, ModelWeights] : always;
    }
}
