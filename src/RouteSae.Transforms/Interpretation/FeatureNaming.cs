using RouteSae.Features;

namespace RouteSae.Interpretation;

/// <summary>Names the latents of a model by the words of texts on which they fire.</summary>
internal static class FeatureNaming
{
    private const int TextsPerWindow = 256;
    private const int TokensPerBatch = 4096;

    /// <summary>Names from the texts as they are featurised, each by itself and cut at the context.</summary>
    public static FeatureCatalog Name(TokenEncoder encoder, TextPreparer preparer, IEnumerable<string> texts, CancellationToken cancellationToken)
    {
        var builder = new FeatureCatalogBuilder(encoder.Autoencoder.Latents);
        foreach (var window in texts.Chunk(TextsPerWindow))
        {
            var prepared = preparer.Prepare(window, cancellationToken);
            foreach (var batch in TextBatch.Pack([.. prepared.Select(text => text.Length)], TokensPerBatch))
            {
                cancellationToken.ThrowIfCancellationRequested();
                Add(builder, encoder, preparer, [.. batch.Texts.Select(text => prepared[text])], batch.PaddedLength);
            }
        }

        return builder.Build();
    }

    private static void Add(FeatureCatalogBuilder builder, TokenEncoder encoder, TextPreparer preparer, PreparedText[] texts, int length)
    {
        var batch = new TokenBatch(texts, length);
        if (batch.Pooled.Length > 0)
        {
            var labels = texts.SelectMany(text => WordPrefixes.Of(text.Ids.Select(preparer.TokenText)).Where((_, token) => text.Pooled[token]));
            builder.Add(encoder.Encode(batch.Ids, length, batch.Pooled), [.. labels]);
        }
    }
}
