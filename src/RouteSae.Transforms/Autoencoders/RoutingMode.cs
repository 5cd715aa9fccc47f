namespace RouteSae.Autoencoders;

/// <summary>How the router's probabilities turn the routed hidden states into one activation.</summary>
public enum RoutingMode
{
    /// <summary>x = p* · x* of the most probable hidden state.</summary>
    Hard,

    /// <summary>x = Σ pᵢ xᵢ.</summary>
    Soft,

    /// <summary>x = Σ pᵢ xᵢ over the two most probable hidden states.</summary>
    TopTwo,
}
