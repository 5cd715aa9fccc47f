using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>What <see cref="RoutingKernel"/> makes of N tokens. Owns its tensors.</summary>
internal sealed record RoutedTokens : IDisposable
{
    /// <summary>The routed activation, [N, D].</summary>
    public required Tensor X { get; init; }

    /// <summary>p, [N, L].</summary>
    public required Tensor Probabilities { get; init; }

    /// <summary>The most probable hidden state, I64 [N].</summary>
    public required Tensor Chosen { get; init; }

    /// <summary>The router's input v, [N, D]; null where nobody asked for it.</summary>
    public Tensor? Aggregate { get; init; }

    public void Dispose()
    {
        X.Dispose();
        Probabilities.Dispose();
        Chosen.Dispose();
        Aggregate?.Dispose();
    }
}
