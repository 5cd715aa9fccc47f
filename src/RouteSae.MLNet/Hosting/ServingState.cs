namespace RouteSae.MLNet.Hosting;

/// <summary>What a predictor can do at the moment.</summary>
public enum ServingState
{
    /// <summary>The first model is being loaded. Inputs wait in the queue.</summary>
    Loading,

    /// <summary>The newest model answers.</summary>
    Healthy,

    /// <summary>A newer model could not be loaded. The one before it answers.</summary>
    Degraded,

    /// <summary>No model could be loaded. Inputs are rejected.</summary>
    Unhealthy,

    /// <summary>The predictor has been stopped. What waited has been answered; new inputs are rejected.</summary>
    Stopped,
}
