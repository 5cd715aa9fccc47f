using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>What the router makes of the routed hidden states of N tokens. Owns its tensors.</summary>
/// <param name="X">The routed activation x, [N, D].</param>
/// <param name="Probabilities">p, [N, L]; each row sums to 1.</param>
/// <param name="Chosen">The place (0 to L − 1) of the most probable hidden state among the architecture's RoutedHiddenStates, I64 [N].</param>
/// <param name="Mode">How X was made.</param>
public sealed record RoutedActivations(Tensor X, Tensor Probabilities, Tensor Chosen, RoutingMode Mode) : IDisposable
{
    /// <summary>How much each hidden state took part in each token, [N, L]: the probabilities when routing is soft or goes two ways, in proportion to what is used, else 1 at the chosen one. The caller owns the tensor.</summary>
    public Tensor LayerWeights()
    {
        using var scope = NewDisposeScope();
        var weights = Mode switch
        {
            RoutingMode.Soft => Probabilities.detach().clone(),
            RoutingMode.TopTwo => Normalized(TwoLargest(Probabilities.detach())),
            _ => zeros_like(Probabilities).scatter_(1, Chosen.unsqueeze(1), ones_like(Probabilities)),
        };
        return weights.MoveToOuterDisposeScope();
    }

    /// <summary>p where it is one of a token's two largest, else 0, [N, L].</summary>
    internal static Tensor TwoLargest(Tensor probabilities)
    {
        using var scope = NewDisposeScope();
        var (values, indices) = probabilities.topk(2, dim: -1);
        return zeros_like(probabilities).scatter(1, indices, values).MoveToOuterDisposeScope();
    }

    private static Tensor Normalized(Tensor weights) => weights / weights.sum(1L, keepdim: true);

    /// <summary>Frees the three tensors.</summary>
    public void Dispose()
    {
        X.Dispose();
        Probabilities.Dispose();
        Chosen.Dispose();
    }
}
