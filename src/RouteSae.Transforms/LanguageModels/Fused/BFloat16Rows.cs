using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels.Fused;

/// <summary>Rows of bfloat16 numbers in native memory, read and written 32 at a time as float32.</summary>
internal static unsafe class BFloat16Rows
{
    /// <summary>Whether so many numbers can be addressed.</summary>
    public static bool FitsSpan(long numbers) => numbers is > 0 and <= int.MaxValue / sizeof(ushort);

    /// <summary>Address of a contiguous tensor's data; valid while the tensor lives.</summary>
    public static ushort* Data(Tensor tensor) => (ushort*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(ushort* source) =>
        Vector512.ShiftLeft(Vector512.WidenLower(Vector256.Load(source).ToVector512Unsafe()), 16).AsSingle();

    /// <summary>Writes 32 numbers, rounded to nearest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ushort* target, Vector512<float> low, Vector512<float> high) =>
        Vector512.Narrow(Round(low), Round(high)).Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Round(Vector512<float> value)
    {
        var bits = value.AsUInt32();
        var odd = Vector512.ShiftRightLogical(bits, 16) & Vector512<uint>.One;
        return Vector512.ShiftRightLogical(bits + Vector512.Create(0x7FFFu) + odd, 16);
    }
}
