using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Training.Objectives;

/// <summary>
/// L · Σᵢ fᵢ Pᵢ with fᵢ the share of tokens routed to hidden state i and Pᵢ its mean probability: the auxiliary loss of the
/// Switch Transformer (Fedus et al., 2021, equation 4). 1 when routing is balanced, L when all tokens go one way.
/// </summary>
public static class LoadBalance
{
    /// <summary>The loss of a batch, a scalar whose gradient flows through the probabilities only. The caller owns it.</summary>
    public static Tensor Loss(RoutedActivations routed)
    {
        using var scope = NewDisposeScope();
        var share = routed.LayerWeights().mean([0L]); // [L]
        var meanProbability = routed.Probabilities.mean([0L]); // [L]
        return ((share * meanProbability).sum() * share.shape[0]).MoveToOuterDisposeScope();
    }
}
