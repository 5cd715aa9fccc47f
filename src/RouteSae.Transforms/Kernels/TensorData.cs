using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace RouteSae.Kernels;

/// <summary>Addresses of the data of contiguous tensors on the CPU; valid while the tensor lives.</summary>
internal static unsafe class TensorData
{
    public static float* Floats(Tensor tensor) => (float*)Address(tensor, ScalarType.Float32);

    public static ushort* BFloat16s(Tensor tensor) => (ushort*)Address(tensor, ScalarType.BFloat16);

    public static long* Longs(Tensor tensor) => (long*)Address(tensor, ScalarType.Int64);

    private static void* Address(Tensor tensor, ScalarType type)
    {
        if (tensor.dtype != type || !tensor.is_contiguous())
            throw new InvalidOperationException($"A kernel needs a contiguous {type} tensor, and got {tensor.dtype} [{string.Join(", ", tensor.shape)}].");
        if (tensor.NumberOfElements * tensor.ElementSize <= int.MaxValue)
            return Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
        // A span ends at 2 GB; the first row begins where the tensor does.
        using var first = tensor.narrow(0, 0, 1);
        return Address(first, type);
    }
}
