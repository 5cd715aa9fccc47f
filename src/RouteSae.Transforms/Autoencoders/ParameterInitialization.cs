using RouteSae.Native;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>Seeded starting values, distributed as torch.nn.Linear's: uniform within ±1/√D.</summary>
public sealed class ParameterInitialization : IDisposable
{
    private readonly Generator _generator;
    private readonly Device? _device;

    internal ParameterInitialization(int seed, Device? device)
    {
        TorchRuntime.EnsureLoaded();
        _generator = new Generator((ulong)(uint)seed);
        _device = device;
    }

    /// <summary>A random matrix, [outputs, inputs], drawn on the CPU so that a seed gives the same values on every device.</summary>
    public Tensor LinearWeight(long outputs, long inputs)
    {
        using var scope = NewDisposeScope();
        var bound = 1 / Math.Sqrt(inputs);
        var weight = rand(outputs, inputs, generator: _generator).mul_(2 * bound).sub_(bound);
        return weight.to(_device ?? CPU).MoveToOuterDisposeScope();
    }

    /// <summary>Zeros, [size].</summary>
    public Tensor Zeros(long size) => zeros(size, device: _device);

    /// <summary>Frees the random generator.</summary>
    public void Dispose() => _generator.Dispose();
}
