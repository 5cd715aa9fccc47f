namespace RouteSae.Evaluation;

/// <summary>How one latent fires.</summary>
public sealed record LatentReport
{
    /// <summary>In how many activations it fired.</summary>
    public required long Count { get; init; }

    /// <summary>The part of the activations in which it fired, 0 to 1.</summary>
    public required double Density { get; init; }

    /// <summary>How often it fired on each hidden state: L numbers that sum to 1, zeros when it never fired.</summary>
    public required IReadOnlyList<double> OriginByCount { get; init; }

    /// <summary>How much of its activation comes from each hidden state: L numbers that sum to 1, zeros when it never fired.</summary>
    public required IReadOnlyList<double> OriginByActivation { get; init; }
}
