namespace RouteSae.Autoencoders;

/// <summary>What hard routing encodes, and which way the router learns from its reconstruction.</summary>
public enum RouterTarget
{
    /// <summary>x = p* · x*; as the target of the reconstruction it is held constant. The router learns from what the encoder reads, at the chosen hidden state alone.</summary>
    Detached,

    /// <summary>
    /// x = x*, not scaled by p*; gradients pass as if it were Σ pᵢ xᵢ (a straight-through estimator), through what is encoded and
    /// through the target, towards every hidden state's probability.
    /// </summary>
    StraightThrough,

    /// <summary>x = p* · x*, with gradients through what is encoded and through the target: what <see cref="Fidelity.Reference"/> always does.</summary>
    AsWritten,
}
