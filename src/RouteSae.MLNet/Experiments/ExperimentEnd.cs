namespace RouteSae.MLNet.Experiments;

/// <summary>Why an experiment ended.</summary>
public enum ExperimentEnd
{
    /// <summary>Every trial was run.</summary>
    Completed,

    /// <summary>The time was up; the best of the trials until then is given.</summary>
    TimeLimit,

    /// <summary>It was cancelled; the best of the trials until then is given.</summary>
    Cancelled,
}
