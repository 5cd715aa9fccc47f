namespace RouteSae.LanguageModels;

/// <summary>How a layer's input is brought to a common scale. Means are over the D numbers of a position.</summary>
public enum NormKind
{
    /// <summary>w · x / sqrt(mean(x²) + ε).</summary>
    RootMeanSquare,

    /// <summary>w · (x − mean(x)) / sqrt(variance(x) + ε) + b, with the biased variance.</summary>
    Layer,

    /// <summary>As <see cref="Layer"/>, without weights.</summary>
    PlainLayer,
}
