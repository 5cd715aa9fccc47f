namespace RouteSae.Autoencoders;

/// <summary>How the standardised routed hidden states of a token become the one vector that the router reads.</summary>
public enum RouterAggregation
{
    /// <summary>v = Σ xᵢ over the routed hidden states.</summary>
    Sum,

    /// <summary>v = Σ xᵢ / L.</summary>
    Mean,
}
