using RouteSae.Kernels;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>What one call of the encoder needs, kept for the next: its sizes repeat, and fresh memory is slow. Owns its tensors.</summary>
internal sealed class EncoderWorkspace : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors = [];

    /// <summary>The candidates of a block of tokens.</summary>
    public CandidateLists Lists { get; } = new();

    /// <summary>Room for rows, with whatever they held before. The caller disposes the view, not the memory.</summary>
    /// <param name="name">What it is for.</param>
    /// <param name="rows">At least as many as ever asked for under this name are kept.</param>
    /// <param name="columns">The same at every call.</param>
    /// <param name="type">The same at every call.</param>
    public Tensor Rows(string name, int rows, int columns, ScalarType type)
    {
        if (!_tensors.TryGetValue(name, out var tensor) || tensor.shape[0] < rows)
        {
            tensor?.Dispose();
            _tensors[name] = tensor = KernelTensors.Empty(type, rows, columns).DetachFromDisposeScope();
        }
        return tensor.narrow(0, 0, rows);
    }

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
            tensor.Dispose();
    }
}
