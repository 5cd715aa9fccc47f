namespace RouteSae.Evaluation;

/// <summary>How an evaluation stands.</summary>
public sealed record EvaluationProgress
{
    /// <summary>Batches evaluated.</summary>
    public required int Batches { get; init; }

    /// <summary>Real tokens evaluated.</summary>
    public required long Tokens { get; init; }

    /// <summary>The normalised MSE so far.</summary>
    public required double NormalizedMse { get; init; }
}
