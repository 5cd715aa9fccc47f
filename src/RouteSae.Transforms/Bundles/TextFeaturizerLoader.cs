using RouteSae.Features;
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
        ThrowIfNothingIsPooled(tokenizer, manifest, maxTokens);
        var encoder = LoadEncoder(bundle, tokenizer, options);
        var preparer = new TextPreparer(tokenizer, encoder.LanguageModel.Config, manifest.SpecialTokens, maxTokens, options.FirstTruncated);
        return new TextFeaturizer(preparer, encoder, bundle.Features.Names, options.TokensPerBatch);
    }

    /// <summary>Where only the special tokens that begin every text are read, no text has features.</summary>
    private static void ThrowIfNothingIsPooled(TextTokenizer tokenizer, BundleManifest manifest, int maxTokens)
    {
        var policy = manifest.SpecialTokens;
        if (policy.Pool)
        {
            return;
        }

        const string Text = "a";
        var ids = tokenizer.Encode(Text, policy.Add).Ids;
        var special = ids.TakeWhile(tokenizer.SpecialTokens.Contains).Count();
        if (policy.Begin && BeginToken.Of(tokenizer) is { } begin && (ids.Count == 0 || ids[0] != begin))
        {
            special++;
        }

        if (special > 0 && maxTokens <= special)
        {
            throw new ArgumentException(
                $"MaxTokens is {maxTokens}, but every text begins with {special} special token{(special == 1 ? "" : "s")} without features, so no text would have any. "
                + $"Set it to at least {special + 1}, or to null for the whole context of {manifest.ContextLength} tokens.");
        }
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
