using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>Sets the number of libtorch's threads until it is disposed.</summary>
internal sealed class ThreadCount : IDisposable
{
    private readonly int _before = get_num_threads();

    public ThreadCount(int threads) => set_num_threads(threads);

    public void Dispose() => set_num_threads(_before);
}
