namespace RouteSae.Evaluation;

/// <summary>
/// What happens to the language model's predictions when the reconstruction takes the place of the hidden states that the
/// autoencoder encoded, in the real forward pass. Where it does so at one hidden state at a time (MLSAE, crosscoders), every
/// number is the mean over them.
/// </summary>
public sealed record DownstreamReport
{
    /// <summary>Tokens predicted: real ones that have a token before them.</summary>
    public required long Predictions { get; init; }

    /// <summary>Mean cross-entropy of the unchanged language model, in nats a token.</summary>
    public required double CrossEntropy { get; init; }

    /// <summary>The same with the reconstruction.</summary>
    public required double ReplacedCrossEntropy { get; init; }

    /// <summary>The same with zeros in the same places.</summary>
    public required double ZeroAblatedCrossEntropy { get; init; }

    /// <summary>The same with the mean hidden state of the batch's real tokens in the same places.</summary>
    public required double MeanAblatedCrossEntropy { get; init; }

    /// <summary>CE_replaced − CE, in nats a token.</summary>
    public required double DeltaCrossEntropy { get; init; }

    /// <summary>1 − (CE_replaced − CE) / (CE_zero − CE): 1 is perfect, 0 is no better than zeros.</summary>
    public required double LossRecoveredFromZero { get; init; }

    /// <summary>1 − (CE_replaced − CE) / (CE_mean − CE): 1 is perfect, 0 is no better than the mean.</summary>
    public required double LossRecoveredFromMean { get; init; }

    /// <summary>KL(original ‖ replaced) of the next token, in nats a token.</summary>
    public required double KlPerToken { get; init; }

    /// <summary>The same summed over tokens and divided by the number of sequences, as the paper reports it; it grows with their length.</summary>
    public required double KlPerSequence { get; init; }
}
