using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>
/// Sets the number of libtorch's threads until it is disposed. Its matrix library has one number for the whole process, which may decide how a
/// product is rounded: what runs with it runs alone, so that no other test sees a product change.
/// </summary>
[CollectionDefinition(nameof(ThreadCount), DisableParallelization = true)]
public sealed class ThreadCount : IDisposable
{
    private readonly int _before = get_num_threads();

    internal ThreadCount(int threads) => set_num_threads(threads);

    /// <inheritdoc/>
    public void Dispose() => set_num_threads(_before);
}
