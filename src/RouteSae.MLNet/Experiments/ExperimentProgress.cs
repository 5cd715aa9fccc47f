namespace RouteSae.MLNet.Experiments;

/// <summary>How far an experiment is.</summary>
public sealed record ExperimentProgress
{
    /// <summary>The round, from 1.</summary>
    public required int Round { get; init; }

    /// <summary>How many trials were run so far, over all rounds.</summary>
    public required int CompletedTrials { get; init; }

    /// <summary>How many there are to run, over all rounds.</summary>
    public required int TotalTrials { get; init; }

    /// <summary>How many texts the features were computed of before the trials, for the network in use; it grows with the rows of the rounds.</summary>
    public required long EncodedTexts { get; init; }

    /// <summary>The trial that was just run; null while texts are being encoded.</summary>
    public ExperimentTrial? Last { get; init; }

    /// <summary>The best trial so far; null until one succeeded.</summary>
    public ExperimentTrial? Best { get; init; }

    /// <summary>The time since the start.</summary>
    public required TimeSpan Elapsed { get; init; }
}
