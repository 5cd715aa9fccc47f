namespace RouteSae.Training;

/// <summary>What a training run has done.</summary>
public sealed record TrainingReport
{
    /// <summary>Steps taken.</summary>
    public required int Steps { get; init; }

    /// <summary>
    /// Whether the batches ended before the steps of the options were taken. The model is usable, but the learning rate has
    /// not come down: give more text, or lower TotalTokens.
    /// </summary>
    public required bool EndedEarly { get; init; }

    /// <summary>Real tokens trained on.</summary>
    public required long Tokens { get; init; }

    /// <summary>Wall time, of earlier processes too where training was resumed; in a sweep the time of this one's steps.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The last progress report; null when no step was taken.</summary>
    public required TrainingProgress? Last { get; init; }

    /// <summary>Each routed hidden state's part in all tokens, in the order of the model's hidden states. Null where no router chooses.</summary>
    public required IReadOnlyList<double>? RoutingShare { get; init; }

    /// <summary>Says so when one hidden state took more than 80 % of the tokens since the last report but one: then the router hardly chooses. Else null.</summary>
    public string? RoutingWarning => Last?.RoutingWarning;
}
