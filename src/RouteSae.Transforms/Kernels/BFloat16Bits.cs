using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RouteSae.Kernels;

/// <summary>Conversion between float32 and the 16 bits of a bfloat16.</summary>
internal static class BFloat16Bits
{
    public const ushort One = 0x3F80;
    public const ushort NotANumber = 0x7FC0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToSingle(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>The nearest bfloat16 of a finite number, ties to even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Nearest(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFFu + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>The smallest bfloat16 that is not below a number ≥ 0; NaN stays NaN, whatever its bits.</summary>
    public static ushort Above(float value) =>
        float.IsNaN(value) ? NotANumber : (ushort)((BitConverter.SingleToUInt32Bits(value) + 0xFFFFu) >> 16);

    /// <summary>The nearest bfloat16s, each in the lower half of 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Nearest(Vector512<float> values)
    {
        var bits = values.AsUInt32();
        return Vector512.ShiftRightLogical(
            bits + Vector512.Create(0x7FFFu) + (Vector512.ShiftRightLogical(bits, 16) & Vector512<uint>.One), 16);
    }

    /// <summary>Reads 16 bfloat16s.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector512<float> Load(ushort* source) =>
        ToSingle(Vector512.WidenLower(Vector256.Load(source).ToVector512Unsafe()));

    /// <summary>Writes 32 numbers, rounded to nearest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store(ushort* target, Vector512<float> low, Vector512<float> high) =>
        Vector512.Narrow(Nearest(low), Nearest(high)).Store(target);

    /// <summary>The float32 values of bfloat16s that stand in the lower half of 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ToSingle(Vector512<uint> bits) => Vector512.ShiftLeft(bits, 16).AsSingle();
}
