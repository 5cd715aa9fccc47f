using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>What the router makes of the routed hidden states of N tokens. Owns its tensors.</summary>
/// <param name="X">The routed activation x, [N, D].</param>
/// <param name="Probabilities">p, [N, L]; each row sums to 1.</param>
/// <param name="Chosen">The place (0 to L − 1) of the most probable hidden state among the architecture's RoutedHiddenStates, I64 [N].</param>
/// <param name="Mode">How X was made.</param>
public sealed record RoutedActivations(Tensor X, Tensor Probabilities, Tensor Chosen, RoutingMode Mode) : IDisposable
{
    /// <summary>How much each hidden state took part in each token, [N, L]: the probabilities when routing is soft, else 1 at the chosen one. The caller owns the tensor.</summary>
    public Tensor LayerWeights()
    {
        using var scope = NewDisposeScope();
        var weights = Mode == RoutingMode.Soft
            ? Probabilities.detach().clone()
            : zeros_like(Probabilities).scatter_(1, Chosen.unsqueeze(1), ones_like(Probabilities));
        return weights.MoveToOuterDisposeScope();
    }

    /// <summary>Frees the three tensors.</summary>
    public void Dispose()
    {
        X.Dispose();
        Probabilities.Dispose();
        Chosen.Dispose();
    }
}
