namespace RouteSae.MLNet.Hosting;

/// <summary>Why a predictor did not take an input.</summary>
public enum RejectionReason
{
    /// <summary>As many inputs wait as may.</summary>
    QueueFull,

    /// <summary>No model could be loaded.</summary>
    NoModel,

    /// <summary>The predictor is being stopped, or has been.</summary>
    Stopping,
}
