namespace RouteSae.Features;

/// <summary>Turns texts into sparse, named features. Implementations are thread-safe.</summary>
public interface ITextFeaturizer : IDisposable
{
    /// <summary>The number of latents M: the length of every vector.</summary>
    int FeatureCount { get; }

    /// <summary>A readable name for each latent, M of them.</summary>
    IReadOnlyList<string> FeatureNames { get; }

    /// <summary>Computes the codes of several texts, from which <see cref="TextCodes.Pool"/> makes vectors.</summary>
    /// <param name="texts">The texts; null and empty ones have no tokens.</param>
    /// <param name="meanActivation">Whether <see cref="TextCodes.MeanActivation"/> is wanted.</param>
    /// <param name="cancellationToken">Stops between two passes of the network.</param>
    /// <returns>The codes of each text, in the order of <paramref name="texts"/>.</returns>
    TextCodes[] Encode(IReadOnlyList<string?> texts, bool meanActivation = false, CancellationToken cancellationToken = default);

    /// <summary>A token in readable form, such as <c>" Olympics"</c>.</summary>
    /// <param name="id">Its number in the vocabulary.</param>
    string TokenText(int id);

    /// <summary>The number of tokens of a text that the network reads, special tokens included.</summary>
    /// <param name="text">The text; null and empty ones have none.</param>
    int CountTokens(string? text);

    /// <summary>Shows what each token of a text contributes.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The tokens with their routed layer and active latents.</returns>
    TokenFeatures Explain(string text);
}
