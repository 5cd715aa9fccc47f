using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>
/// Products of float32 rows in one fixed order of summation: the same bits on every processor and from every kernel. Two
/// accumulators of 16 lanes take 16 numbers in turn, the lanes are folded in halves, and the rest is added number by number.
/// </summary>
internal static unsafe class FloatRows
{
    /// <summary>Numbers read at a time.</summary>
    public const int Step = 16;

    /// <summary>Σ aᵢ bᵢ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(float* a, float* b, int length)
    {
        Vector512<float> even = default, odd = default;
        var i = 0;
        for (; i + 2 * Step <= length; i += 2 * Step)
        {
            even = Vector512.FusedMultiplyAdd(Vector512.Load(a + i), Vector512.Load(b + i), even);
            odd = Vector512.FusedMultiplyAdd(Vector512.Load(a + i + Step), Vector512.Load(b + i + Step), odd);
        }
        if (i + Step <= length)
        {
            even = Vector512.FusedMultiplyAdd(Vector512.Load(a + i), Vector512.Load(b + i), even);
            i += Step;
        }
        return Rest(a, b, i, length, Sum(even + odd));
    }

    /// <summary>Four times <see cref="Dot"/>, with the same bits: a row against four others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Dot4(float* a, float* b0, float* b1, float* b2, float* b3, int length, float* result)
    {
        Vector512<float> even0 = default, even1 = default, even2 = default, even3 = default;
        Vector512<float> odd0 = default, odd1 = default, odd2 = default, odd3 = default;
        var i = 0;
        for (; i + 2 * Step <= length; i += 2 * Step)
        {
            var low = Vector512.Load(a + i);
            var high = Vector512.Load(a + i + Step);
            even0 = Vector512.FusedMultiplyAdd(low, Vector512.Load(b0 + i), even0);
            odd0 = Vector512.FusedMultiplyAdd(high, Vector512.Load(b0 + i + Step), odd0);
            even1 = Vector512.FusedMultiplyAdd(low, Vector512.Load(b1 + i), even1);
            odd1 = Vector512.FusedMultiplyAdd(high, Vector512.Load(b1 + i + Step), odd1);
            even2 = Vector512.FusedMultiplyAdd(low, Vector512.Load(b2 + i), even2);
            odd2 = Vector512.FusedMultiplyAdd(high, Vector512.Load(b2 + i + Step), odd2);
            even3 = Vector512.FusedMultiplyAdd(low, Vector512.Load(b3 + i), even3);
            odd3 = Vector512.FusedMultiplyAdd(high, Vector512.Load(b3 + i + Step), odd3);
        }
        if (i + Step <= length)
        {
            var low = Vector512.Load(a + i);
            even0 = Vector512.FusedMultiplyAdd(low, Vector512.Load(b0 + i), even0);
            even1 = Vector512.FusedMultiplyAdd(low, Vector512.Load(b1 + i), even1);
            even2 = Vector512.FusedMultiplyAdd(low, Vector512.Load(b2 + i), even2);
            even3 = Vector512.FusedMultiplyAdd(low, Vector512.Load(b3 + i), even3);
            i += Step;
        }
        result[0] = Rest(a, b0, i, length, Sum(even0 + odd0));
        result[1] = Rest(a, b1, i, length, Sum(even1 + odd1));
        result[2] = Rest(a, b2, i, length, Sum(even2 + odd2));
        result[3] = Rest(a, b3, i, length, Sum(even3 + odd3));
    }

    /// <summary>The sum of the lanes, folded in halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> lanes)
    {
        var eight = lanes.GetLower() + lanes.GetUpper();
        var four = eight.GetLower() + eight.GetUpper();
        return four.GetElement(0) + four.GetElement(2) + (four.GetElement(1) + four.GetElement(3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Rest(float* a, float* b, int from, int length, float sum)
    {
        for (var i = from; i < length; i++)
            sum = MathF.FusedMultiplyAdd(a[i], b[i], sum);
        return sum;
    }
}
