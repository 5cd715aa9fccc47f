using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using RouteSae.Native;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels.Fused;

/// <summary>Rows of bfloat16 numbers in native memory, read and written 32 at a time as float32.</summary>
internal static unsafe class BFloat16Rows
{
    /// <summary>Numbers read at a time; a row's length must be a multiple of it.</summary>
    public const int Step = 32;

    private const int RowsAPart = 64;

    /// <summary>
    /// Whether the fused kernels take this tensor: contiguous bfloat16 on the CPU in rows that divide evenly, within the
    /// 2 GB that a span can address, and a processor with vectors of at least 256 bits.
    /// </summary>
    public static bool Fit(Tensor tensor, long rowLength) =>
        Vector256.IsHardwareAccelerated && tensor.dtype == ScalarType.BFloat16 && tensor.device.type == TorchSharp.DeviceType.CPU
        && rowLength % Step == 0 && FitsSpan(tensor.NumberOfElements) && tensor.is_contiguous();

    /// <summary>Whether so many numbers can be addressed.</summary>
    public static bool FitsSpan(long numbers) => numbers is > 0 and <= int.MaxValue / sizeof(ushort);

    /// <summary>Address of a contiguous tensor's data; valid while the tensor lives.</summary>
    public static ushort* Data(Tensor tensor) => (ushort*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    /// <summary>Address of a contiguous float32 tensor's data.</summary>
    public static float* Floats(Tensor tensor) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(ushort* source) =>
        Vector512.ShiftLeft(Vector512.WidenLower(Vector256.Load(source).ToVector512Unsafe()), 16).AsSingle();

    /// <summary>Writes 32 numbers, rounded to nearest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ushort* target, Vector512<float> low, Vector512<float> high) =>
        Vector512.Narrow(Round(low), Round(high)).Store(target);

    /// <summary>
    /// Runs an action for every row number below <paramref name="rows"/>, in parallel over blocks of rows.
    /// <paramref name="used"/> are the tensors behind the addresses that it uses: they are kept alive until the end.
    /// </summary>
    public static void ForEach(long rows, Action<long, long> block, params Tensor[] used)
    {
        var threads = new ParallelOptions { MaxDegreeOfParallelism = TorchRuntime.Threads };
        Parallel.For(0L, (rows + RowsAPart - 1) / RowsAPart, threads, part => block(part * RowsAPart, Math.Min(rows, (part + 1) * RowsAPart)));
        GC.KeepAlive(used);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Round(Vector512<float> value)
    {
        var bits = value.AsUInt32();
        var odd = Vector512.ShiftRightLogical(bits, 16) & Vector512<uint>.One;
        return Vector512.ShiftRightLogical(bits + Vector512.Create(0x7FFFu) + odd, 16);
    }
}
