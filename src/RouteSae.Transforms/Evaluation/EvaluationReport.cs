namespace RouteSae.Evaluation;

/// <summary>
/// What an evaluation has found. Everything is over real tokens. Where an autoencoder encodes each hidden state of a token, as
/// MLSAE does, an activation is one of these; otherwise it is the token.
/// </summary>
public sealed record EvaluationReport
{
    /// <summary>The architecture, and the hidden states that it reads.</summary>
    public required string Autoencoder { get; init; }

    /// <summary>The hidden states that it reads, L of them; lists of L numbers are in this order.</summary>
    public required IReadOnlyList<int> HiddenStates { get; init; }

    /// <summary>Real tokens evaluated.</summary>
    public required long Tokens { get; init; }

    /// <summary>Mean over activations of mean_D((x̂ − x)²) / mean_D(x²): 0 is perfect, 1 is a reconstruction of zeros.</summary>
    public required double NormalizedMse { get; init; }

    /// <summary>1 − Σ‖x̂ − x‖² / Σ‖x − x̄‖²: 1 is perfect, 0 is a reconstruction that is always the mean x̄.</summary>
    public required double ExplainedVariance { get; init; }

    /// <summary>L0, the mean number of active latents of an activation.</summary>
    public required double ActiveLatents { get; init; }

    /// <summary>Latents that fired in no activation. Grows smaller with <see cref="Tokens"/>.</summary>
    public required int DeadLatents { get; init; }

    /// <summary>Each hidden state's part in the activations, L numbers that sum to 1.</summary>
    public required IReadOnlyList<double> RoutingShare { get; init; }

    /// <summary>Entropy of <see cref="RoutingShare"/>, in nats: ln L when the hidden states are used alike, 0 when one takes all.</summary>
    public required double ShareEntropy { get; init; }

    /// <summary>Mean entropy of the router's probabilities for a token, in nats: 0 when it is certain. Null where no router chooses.</summary>
    public required double? TokenEntropy { get; init; }

    /// <summary>Mean of p*, the router's largest probability for a token, 1/L to 1. Null where no router chooses.</summary>
    public required double? ChosenProbability { get; init; }

    /// <summary>Each of the M latents.</summary>
    public required IReadOnlyList<LatentReport> Latents { get; init; }

    /// <summary>
    /// What the reconstruction does to the language model's predictions. Null when it was not asked for, or where the
    /// reconstruction cannot take the place of a hidden state (soft routing: it is a mixture of several).
    /// </summary>
    public required DownstreamReport? Downstream { get; init; }
}
