using RouteSae.Kernels;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>What <see cref="RoutingKernel"/> makes of N tokens. Owns its tensors.</summary>
internal sealed class RoutedTokens : IDisposable
{
    /// <summary>Makes room.</summary>
    /// <param name="tokens">N.</param>
    /// <param name="layers">L.</param>
    /// <param name="width">D.</param>
    /// <param name="keepAggregate">Whether the router's input is wanted.</param>
    public RoutedTokens(int tokens, int layers, int width, bool keepAggregate)
    {
        X = KernelTensors.Floats(tokens, width);
        Probabilities = KernelTensors.Floats(tokens, layers);
        Chosen = KernelTensors.Empty(ScalarType.Int64, tokens);
        Aggregate = keepAggregate ? KernelTensors.Floats(tokens, width) : null;
    }

    /// <summary>The routed activation, [N, D].</summary>
    public Tensor X { get; }

    /// <summary>p, [N, L].</summary>
    public Tensor Probabilities { get; }

    /// <summary>The most probable hidden state, I64 [N].</summary>
    public Tensor Chosen { get; }

    /// <summary>The router's input v, [N, D]; null where nobody asked for it.</summary>
    public Tensor? Aggregate { get; }

    public void Dispose()
    {
        X.Dispose();
        Probabilities.Dispose();
        Chosen.Dispose();
        Aggregate?.Dispose();
    }
}
