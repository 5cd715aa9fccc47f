namespace RouteSae.Interpretation;

/// <summary>How many latents are interpretable by the paper's rule, at one threshold.</summary>
public sealed record InterpretableFeatures
{
    /// <summary>An activation above this value is a context.</summary>
    public required double Threshold { get; init; }

    /// <summary>Latents with enough contexts on few enough token classes: what the authors' program counts. The limit on classes favours word-level features.</summary>
    public required int Count { get; init; }

    /// <summary>Latents with enough contexts, on however many token classes.</summary>
    public required int CountOnAnyTokens { get; init; }
}
