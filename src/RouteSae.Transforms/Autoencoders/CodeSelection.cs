namespace RouteSae.Autoencoders;

/// <summary>Overrides, at inference, which latents count as active.</summary>
public sealed record CodeSelection
{
    private CodeSelection()
    {
    }

    /// <summary>How many of the largest pre-activations are kept; null when a threshold selects.</summary>
    public int? ActiveLatents { get; private init; }

    /// <summary>Pre-activations above this value are kept; null when a number selects.</summary>
    public double? Threshold { get; private init; }

    /// <summary>Keeps the <paramref name="activeLatents"/> largest pre-activations of each token; all of them when there are fewer latents.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="activeLatents"/> is below 1.</exception>
    public static CodeSelection Largest(int activeLatents)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(activeLatents, 1);
        return new CodeSelection { ActiveLatents = activeLatents };
    }

    /// <summary>Keeps every pre-activation above <paramref name="threshold"/>, however many there are.</summary>
    public static CodeSelection Above(double threshold) => new() { Threshold = threshold };
}
