using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using RouteSae.Kernels;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels.Torch.Fused;

/// <summary>Rows of a tensor in native memory, for the fused kernels.</summary>
internal static unsafe class TensorRows
{
    /// <summary>Numbers written at a time; a row's length must be a multiple of it.</summary>
    public const int Step = 32;

    /// <summary>Rows of a block of <see cref="ForEach"/>.</summary>
    public const int RowsAPart = 64;

    /// <summary>
    /// Whether the kernels take this tensor: contiguous float32 or bfloat16 on the CPU in rows that divide evenly, within the
    /// 2 GB that a span can address, and a processor with vectors of at least 256 bits.
    /// </summary>
    public static bool Fit(Tensor tensor, long rowLength) =>
        Vector256.IsHardwareAccelerated && tensor.dtype is ScalarType.BFloat16 or ScalarType.Float32
        && tensor.device.type == TorchSharp.DeviceType.CPU && rowLength % Step == 0
        && tensor.NumberOfElements * tensor.ElementSize is > 0 and <= int.MaxValue && tensor.is_contiguous();

    /// <summary>Address of a contiguous tensor's data; valid while the tensor lives.</summary>
    public static T* Data<T>(Tensor tensor)
        where T : unmanaged => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    /// <summary>
    /// Runs an action for every row number below <paramref name="rows"/>, in parallel over blocks of rows.
    /// <paramref name="used"/> are the tensors behind the addresses that it uses: they are kept alive until the end.
    /// </summary>
    public static void ForEach(long rows, Action<long, long> block, params Tensor[] used)
    {
        KernelLoop.For((int)((rows + RowsAPart - 1) / RowsAPart), 1, (first, end) =>
        {
            for (long part = first; part < end; part++)
                block(part * RowsAPart, Math.Min(rows, (part + 1) * RowsAPart));
        });
        GC.KeepAlive(used);
    }
}
