using RouteSae.Autoencoders;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Training;

/// <summary>The mean over tokens of −Σ pᵢ ln pᵢ, in nats: ln L while the router is undecided, 0 when it is certain of each token.</summary>
public static class RouterEntropy
{
    /// <summary>The entropy of a batch, a scalar whose gradient flows through the probabilities. The caller owns it.</summary>
    /// <param name="routed">How the tokens were routed.</param>
    public static Tensor Mean(RoutedActivations routed)
    {
        using var scope = NewDisposeScope();
        return xlogy(routed.Probabilities, routed.Probabilities).sum(1L).mean().neg().MoveToOuterDisposeScope();
    }
}
