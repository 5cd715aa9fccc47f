using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RouteSae.Kernels;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>Mean, scale and scaled sums of one row of a hidden state, float32 or bfloat16; sums are float32.</summary>
internal static unsafe class StandardizedRows
{
    private const float Epsilon = (float)Standardization.Epsilon;

    /// <summary>1 / (std + ε).</summary>
    public static float Scale<TElement>(TElement* row, float mean, int width) where TElement : unmanaged, IRowNumber<TElement> =>
        1 / (MathF.Sqrt(SquaredDeviation<TElement>(row, mean, width) / (width - 1)) + Epsilon);

    /// <summary>The mean.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Mean<TElement>(TElement* row, int width) where TElement : unmanaged, IRowNumber<TElement>
    {
        Vector512<float> even = default, odd = default;
        var i = 0;
        for (; i + 32 <= width; i += 32)
        {
            even += TElement.Load(row + i);
            odd += TElement.Load(row + i + 16);
        }
        var sum = FloatRows.Sum(even + odd);
        for (; i < width; i++)
            sum += TElement.Read(row + i);
        return sum / width;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float SquaredDeviation<TElement>(TElement* row, float mean, int width) where TElement : unmanaged, IRowNumber<TElement>
    {
        Vector512<float> even = default, odd = default;
        var center = Vector512.Create(mean);
        var i = 0;
        for (; i + 32 <= width; i += 32)
        {
            var low = TElement.Load(row + i) - center;
            var high = TElement.Load(row + i + 16) - center;
            even = Vector512.FusedMultiplyAdd(low, low, even);
            odd = Vector512.FusedMultiplyAdd(high, high, odd);
        }
        var sum = FloatRows.Sum(even + odd);
        for (; i < width; i++)
        {
            var deviation = TElement.Read(row + i) - mean;
            sum = MathF.FusedMultiplyAdd(deviation, deviation, sum);
        }
        return sum;
    }

    /// <summary>target (+)= (row − mean) · scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled<TElement>(TElement* row, float mean, float scale, float* target, int width, bool overwrite) where TElement : unmanaged, IRowNumber<TElement>
    {
        Vector512<float> center = Vector512.Create(mean), factor = Vector512.Create(scale);
        var i = 0;
        if (overwrite)
        {
            for (; i + 16 <= width; i += 16)
                ((TElement.Load(row + i) - center) * factor).Store(target + i);
        }
        else
        {
            for (; i + 16 <= width; i += 16)
                Vector512.FusedMultiplyAdd(TElement.Load(row + i) - center, factor, Vector512.Load(target + i)).Store(target + i);
        }
        for (; i < width; i++)
            target[i] = MathF.FusedMultiplyAdd(TElement.Read(row + i) - mean, scale, overwrite ? 0 : target[i]);
    }
}
