using RouteSae.Features;

namespace RouteSae.MLNet.Models;

/// <summary>What fitting has learnt about the latents; nothing where the options ask for nothing.</summary>
/// <param name="Latents">The latents that have slots, ascending; null for all M.</param>
/// <param name="InverseDocumentFrequency">The weight of each of them; null for no weights.</param>
internal sealed record FittedFeatures(int[]? Latents, float[]? InverseDocumentFrequency)
{
    public static FittedFeatures Nothing { get; } = new(null, null);

    /// <summary>Whether the options ask for something that must be fitted.</summary>
    public static bool Needs(RouteSaeOptions options) => options.TopFeatures is not null || WeightsByFrequency(options);

    /// <summary>Fits to the document frequencies of the training texts.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="frequencies">n of each latent, [M].</param>
    /// <param name="texts">N.</param>
    public static FittedFeatures Fit(RouteSaeOptions options, int[] frequencies, long texts)
    {
        int[]? kept = options.TopFeatures < frequencies.Length
            ? [.. Enumerable.Range(0, frequencies.Length).OrderByDescending(latent => frequencies[latent]).Take(options.TopFeatures.Value).Order()]
            : null;
        var weighted = kept ?? Enumerable.Range(0, frequencies.Length);
        float[]? weights = WeightsByFrequency(options)
            ? [.. weighted.Select(latent => (float)(Math.Log((1.0 + texts) / (1.0 + frequencies[latent])) + 1))]
            : null;
        return new FittedFeatures(kept, weights);
    }

    private static bool WeightsByFrequency(RouteSaeOptions options) => options.Weighting is FeatureWeighting.Idf or FeatureWeighting.Log1pIdf;
}
