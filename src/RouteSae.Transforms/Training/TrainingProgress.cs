namespace RouteSae.Training;

/// <summary>How training stands. Loss, L0 and routing are means over the steps since the report before.</summary>
public sealed record TrainingProgress
{
    /// <summary>Steps taken.</summary>
    public required int Step { get; init; }

    /// <summary>Steps that the options make.</summary>
    public required int TotalSteps { get; init; }

    /// <summary>Real tokens trained on.</summary>
    public required long Tokens { get; init; }

    /// <summary>Tokens a second since training began, the time to get the hidden states included; in a sweep without it.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>The loss that is minimised: the normalised MSE, λ times the sparsity penalty, and with Corrected what load balance, the router's entropy, AuxK and a gate add.</summary>
    public required double Loss { get; init; }

    /// <summary>The sparsity penalty before its coefficient λ. Null where the number of active latents is fixed.</summary>
    public required double? Sparsity { get; init; }

    /// <summary>λ, which moves with <see cref="AutoencoderTrainerOptions.TargetActiveLatents"/>. Null where the number of active latents is fixed.</summary>
    public required double? SparsityCoefficient { get; init; }

    /// <summary>The reconstruction error alone: 0 is perfect, 1 is a reconstruction of zeros.</summary>
    public required double NormalizedMse { get; init; }

    /// <summary>The load-balance loss before its coefficient: 1 is balanced. Null where it is not in use.</summary>
    public required double? LoadBalance { get; init; }

    /// <summary>L0, the mean number of active latents of a token.</summary>
    public required double ActiveLatents { get; init; }

    /// <summary>Latents that are dead now.</summary>
    public required int DeadLatents { get; init; }

    /// <summary>Each routed hidden state's part in the tokens, in the order of the model's hidden states; sums to 1. Null where no router chooses, as are the entropies.</summary>
    public required IReadOnlyList<double>? RoutingShare { get; init; }

    /// <summary>Says so when one hidden state takes more than 80 % of the tokens: then the router hardly chooses. Else null.</summary>
    public required string? RoutingWarning { get; init; }

    /// <summary>Entropy of <see cref="RoutingShare"/> in nats: ln L when the hidden states are used alike, 0 when one takes all tokens.</summary>
    public required double? ShareEntropy { get; init; }

    /// <summary>Mean entropy of a token's routing probabilities in nats: ln L when undecided, 0 when certain.</summary>
    public required double? TokenEntropy { get; init; }

    /// <summary>The learning rate of the last step.</summary>
    public required double LearningRate { get; init; }
}
