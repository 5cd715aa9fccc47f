using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Training.Objectives;

/// <summary>The mean over tokens of −Σ pᵢ ln pᵢ, in nats: ln L while the router is undecided, 0 when it is certain of each token.</summary>
internal static class RouterEntropy
{
    /// <summary>The entropy of a batch, a scalar whose gradient flows through the probabilities. The caller owns it.</summary>
    /// <param name="routed">How the tokens were routed.</param>
    public static Tensor Mean(RoutedActivations routed)
    {
        using var scope = NewDisposeScope();
        var logarithms = routed.Probabilities.clamp_min(float.Epsilon).log(); // the gradient of xlogy is 0/0 where p has become 0
        return (routed.Probabilities * logarithms).sum(1L).mean().neg().MoveToOuterDisposeScope();
    }
}
