using RouteSae.Native;
using Xunit;

namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>
/// Sets the number of threads until it is disposed. libtorch's matrix library has one number for the whole process, which may decide how a
/// product is rounded: what runs with it runs alone, so that no other test sees a product change.
/// </summary>
[CollectionDefinition(nameof(ThreadCount), DisableParallelization = true)]
public sealed class ThreadCount : IDisposable
{
    private readonly int _before = TorchRuntime.Threads;

    internal ThreadCount(int threads) => TorchRuntime.Threads = threads;

    /// <inheritdoc/>
    public void Dispose() => TorchRuntime.Threads = _before;
}
