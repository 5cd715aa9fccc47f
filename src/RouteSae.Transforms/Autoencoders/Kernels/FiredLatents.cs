using System.Runtime.CompilerServices;
using RouteSae.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>Sets a counter of each latent that is active on some token to zero.</summary>
internal static unsafe class FiredLatents
{
    /// <summary>Whether the kernel takes these tensors.</summary>
    public static bool Fits(Tensor counters, SparseCodes codes) =>
        counters.device.type == DeviceType.CPU && codes.Values.device.type == DeviceType.CPU && SparseDecoder.Fits(codes);

    /// <param name="counters">I64 [M].</param>
    /// <param name="codes">[N, K].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Reset(Tensor counters, SparseCodes codes)
    {
        var count = codes.Values.NumberOfElements;
        var latents = (ulong)counters.NumberOfElements;
        long* counter = TensorData.Longs(counters), indices = TensorData.Longs(codes.Indices);
        var values = TensorData.Floats(codes.Values);
        for (var i = 0L; i < count; i++)
        {
            if ((ulong)indices[i] >= latents)
                throw new ArgumentException($"Token {i / codes.Slots} has latent {indices[i]}, but there are only {latents} latents.", nameof(codes));
            if (values[i] != 0)
                counter[indices[i]] = 0;
        }
        GC.KeepAlive(counters);
        GC.KeepAlive(codes);
    }
}
