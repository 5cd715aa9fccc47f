using System.Runtime.CompilerServices;

namespace RouteSae.Kernels.Products;

/// <summary>Widening of float16 numbers by integer operations and one exact product, so that every width of vector does the same.</summary>
internal static class HalfBits
{
    /// <summary>2^112: what exponents differ by.</summary>
    public const float ExponentShift = 5.192296858534828e33f;

    /// <summary>Bits of the largest finite number; infinity and NaN are above.</summary>
    public const uint LargestFinite = 0x7BFF;

    /// <summary>The exponent of infinity and NaN in float32.</summary>
    public const uint SpecialExponent = 0x7F800000;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToSingle(ushort bits)
    {
        var magnitude = bits & 0x7FFFu;
        var value = magnitude > LargestFinite
            ? (magnitude << 13) | SpecialExponent
            : BitConverter.SingleToUInt32Bits(BitConverter.UInt32BitsToSingle(magnitude << 13) * ExponentShift);
        return BitConverter.UInt32BitsToSingle(value | ((bits & 0x8000u) << 16));
    }
}
