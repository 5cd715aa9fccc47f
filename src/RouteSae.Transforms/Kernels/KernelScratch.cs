using System.Runtime.InteropServices;

namespace RouteSae.Kernels;

/// <summary>Native memory of one range of a kernel, on a cache line's boundary. Its contents are undefined.</summary>
internal readonly unsafe struct KernelScratch(long bytes) : IDisposable
{
    private const nuint CacheLine = 64;

    public byte* Data { get; } = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, CacheLine);

    public void Dispose() => NativeMemory.AlignedFree(Data);
}
