using RouteSae.Evaluation;
using RouteSae.Interpretation;

namespace RouteSae.PaperComparison;

/// <summary>What was measured of one trained autoencoder.</summary>
internal sealed record RunResult
{
    public required string Architecture { get; init; }

    public required int ActiveLatents { get; init; }

    public required int Seed { get; init; }

    /// <summary>Tokens on which reconstruction, firing and interpretable features were measured.</summary>
    public required long Tokens { get; init; }

    public required double NormalizedMse { get; init; }

    /// <summary>L0.</summary>
    public required double MeanActiveLatents { get; init; }

    /// <summary>The part of the latents that never fired on these tokens.</summary>
    public required double DeadFraction { get; init; }

    /// <summary>By the paper's rule at the paper's threshold, 15.</summary>
    public required InterpretableFeatures AtPaperThreshold { get; init; }

    /// <summary>By the paper's rule where there is one activation a token above the threshold.</summary>
    public required InterpretableFeatures AtOneActivationAToken { get; init; }

    /// <summary>Each hidden state's part, where a router chooses.</summary>
    public required IReadOnlyList<double>? RoutingShare { get; init; }

    /// <summary>Mean p*, where a router chooses.</summary>
    public required double? ChosenProbability { get; init; }

    /// <summary>With the reconstruction in the language model; null where it cannot take a hidden state's place.</summary>
    public required DownstreamReport? Downstream { get; init; }
}
