namespace RouteSae.Features;

/// <summary>Turns texts into sparse, named features. Implementations are thread-safe.</summary>
public interface ITextFeaturizer : IDisposable
{
    /// <summary>The number of latents M: the length of every vector.</summary>
    int FeatureCount { get; }

    /// <summary>A readable name for each latent, M of them.</summary>
    IReadOnlyList<string> FeatureNames { get; }

    /// <summary>Computes the pooled features of several texts.</summary>
    /// <param name="texts">The texts; null and empty ones have no features.</param>
    /// <param name="pooling">How a text's tokens become one vector.</param>
    /// <param name="cancellationToken">Stops between two passes of the network.</param>
    /// <returns>One vector a text, in the order of <paramref name="texts"/>.</returns>
    FeatureVector[] Featurize(IReadOnlyList<string?> texts, Pooling pooling, CancellationToken cancellationToken = default);

    /// <summary>The number of tokens of a text that the network reads, special tokens included.</summary>
    /// <param name="text">The text; null and empty ones have none.</param>
    int CountTokens(string? text);

    /// <summary>Shows what each token of a text contributes.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The tokens with their routed layer and active latents.</returns>
    TokenFeatures Explain(string text);
}
