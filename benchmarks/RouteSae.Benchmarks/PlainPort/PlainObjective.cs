using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Benchmarks.PlainPort;

/// <summary>
/// The loss of a batch: the mean over tokens of mean_D((x̂ − x)²) / mean_D(x²). Reference: gradients through both x̂ and x.
/// Corrected: x is held constant as the target, and 0.01 · L · Σᵢ fᵢ Pᵢ balances the load. Dead latents are left out of both sides
/// of a comparison.
/// </summary>
internal static class PlainObjective
{
    private const double LoadBalanceCoefficient = 0.01;

    private static readonly long[] s_lastDimension = [-1];

    /// <returns>A scalar.</returns>
    public static Tensor Loss(PlainRouteSae model, IReadOnlyList<Tensor> hiddenStates)
    {
        using var scope = NewDisposeScope();
        var routing = model.Route(hiddenStates);
        var reconstruction = model.Decode(model.Encode(routing.X));
        var loss = model.Fidelity == Fidelity.Reference
            ? NormalizedError(reconstruction, routing.X)
            : NormalizedError(reconstruction, routing.X.detach()) + LoadBalance(routing) * LoadBalanceCoefficient;
        return loss.MoveToOuterDisposeScope();
    }

    private static Tensor NormalizedError(Tensor reconstruction, Tensor target) =>
        ((reconstruction - target).pow(2).mean(s_lastDimension) / target.pow(2).mean(s_lastDimension)).mean();

    private static Tensor LoadBalance(PlainRouting routing)
    {
        var share = routing.LayerWeights.mean([0L, 1L]); // [L]
        var meanProbability = routing.Probabilities.mean([0L, 1L]); // [L]
        return (share * meanProbability).sum() * share.shape[0];
    }
}
