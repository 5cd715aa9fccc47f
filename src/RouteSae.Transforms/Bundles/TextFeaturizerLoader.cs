using RouteSae.Features;
using RouteSae.LanguageModels;
using RouteSae.Tokens;

namespace RouteSae.Bundles;

/// <summary>Puts a featurizer together from the parts of a bundle.</summary>
internal static class TextFeaturizerLoader
{
    public static TextFeaturizer Load(FeatureBundle bundle, TextFeaturizerOptions options)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.TokensPerBatch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxTokens ?? 1, 1);

        // The bundle may have been opened long ago, and its folder replaced since.
        bundle.Verify();
        var manifest = bundle.Manifest;
        var tokenizer = BundleParts.LoadTokenizer(bundle);
        var maxTokens = Math.Min(options.MaxTokens ?? manifest.ContextLength, manifest.ContextLength);
        var encoder = LoadEncoder(bundle, tokenizer, options);
        var preparer = new TextPreparer(tokenizer, encoder.LanguageModel.Config, manifest.SpecialTokens, maxTokens, options.FirstTruncated);
        return new TextFeaturizer(preparer, encoder, bundle.Features.Names, options.TokensPerBatch);
    }

    private static TokenEncoder LoadEncoder(FeatureBundle bundle, TextTokenizer tokenizer, TextFeaturizerOptions options)
    {
        var languageModel = BundleParts.LoadLanguageModel(bundle, options.Precision, options.Device);
        try
        {
            BundleParts.Check(bundle, languageModel.Config, tokenizer);
            return new TokenEncoder(languageModel, BundleParts.LoadAutoencoder(bundle, options.Device), options.Device);
        }
        catch
        {
            languageModel.Dispose();
            throw;
        }
    }
}
