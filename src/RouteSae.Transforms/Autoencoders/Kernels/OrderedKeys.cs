using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RouteSae.Kernels;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>Floating-point numbers as integers of the same order, and the k-th largest of many by bisection of its bits. No NaN.</summary>
internal static unsafe class OrderedKeys
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Key(float value)
    {
        var bits = BitConverter.SingleToInt32Bits(value);
        return bits ^ ((bits >> 31) & int.MaxValue);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Value(int key) => BitConverter.Int32BitsToSingle(key ^ ((key >> 31) & int.MaxValue));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Keys(Vector512<float> values)
    {
        var bits = values.AsInt32();
        return bits ^ (Vector512.ShiftRightArithmetic(bits, 31) & Vector512.Create(int.MaxValue));
    }

    /// <summary>Keys of bfloat16s.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> Keys(Vector512<short> bits) =>
        bits ^ (Vector512.ShiftRightArithmetic(bits, 15) & Vector512.Create(short.MaxValue));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static short Key(ushort bits) => (short)((short)bits ^ (((short)bits >> 15) & short.MaxValue));

    /// <summary>The value of a bfloat16's key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Value(short key) => BFloat16Bits.ToSingle((ushort)(key ^ ((key >> 15) & short.MaxValue)));

    /// <summary>The key of the largest bfloat16 that is not above a value.</summary>
    public static short KeyBelow(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        var upper = bits >> 16;
        if ((bits & 0xFFFF) != 0 && (int)bits < 0)
            upper++;
        return Key((ushort)upper);
    }

    /// <summary>The k-th largest of <paramref name="count"/> keys, a multiple of 16, with all bits below <paramref name="lowestBit"/> taken for 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Largest(int* keys, int count, int k, int lowestBit = 1)
    {
        var threshold = CountFrom(keys, count, 0) >= k ? 0 : int.MinValue;
        for (var bit = 1 << 30; bit >= lowestBit; bit >>= 1)
        {
            if (CountFrom(keys, count, threshold + bit) >= k)
                threshold += bit;
        }
        return threshold;
    }

    /// <summary>The k-th largest of <paramref name="count"/> keys, a multiple of 32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static short Largest(short* keys, int count, int k)
    {
        var threshold = CountFrom(keys, count, 0) >= k ? 0 : short.MinValue;
        for (var bit = 1 << 14; bit != 0; bit >>= 1)
        {
            if (CountFrom(keys, count, (short)(threshold + bit)) >= k)
                threshold += bit;
        }
        return (short)threshold;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CountFrom(int* keys, int count, int threshold)
    {
        var least = Vector512.Create(threshold);
        var found = 0;
        for (var i = 0; i < count; i += 16)
            found += BitOperations.PopCount(Vector512.GreaterThanOrEqual(Vector512.Load(keys + i), least).ExtractMostSignificantBits());
        return found;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CountFrom(short* keys, int count, short threshold)
    {
        var least = Vector512.Create(threshold);
        var found = 0;
        for (var i = 0; i < count; i += 32)
            found += BitOperations.PopCount(Vector512.GreaterThanOrEqual(Vector512.Load(keys + i), least).ExtractMostSignificantBits());
        return found;
    }
}
