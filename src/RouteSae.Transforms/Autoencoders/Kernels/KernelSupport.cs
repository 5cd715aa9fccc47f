using System.Runtime.Intrinsics;
using RouteSae.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>Decides which <see cref="ComputePath"/> a computation takes.</summary>
internal static class KernelSupport
{
    /// <summary>
    /// Kernels take contiguous float32 parameters on the CPU, and need vectors of 256 bits, below which libtorch's own operations
    /// are faster.
    /// </summary>
    /// <param name="wanted">What the owner of the parameters asks for.</param>
    /// <param name="parameters">The parameters that are read.</param>
    public static ComputePath Choose(ComputePath wanted, params ReadOnlySpan<Tensor> parameters)
    {
        if (wanted == ComputePath.TorchOperations || !Vector256.IsHardwareAccelerated)
            return ComputePath.TorchOperations;
        foreach (var parameter in parameters)
        {
            if (parameter.dtype != ScalarType.Float32 || parameter.device.type != DeviceType.CPU || !parameter.is_contiguous())
                return ComputePath.TorchOperations;
        }
        return wanted == ComputePath.Float32Kernels || !NativeBFloat16.IsFast(CPU) ? ComputePath.Float32Kernels : ComputePath.BFloat16Kernels;
    }
}
