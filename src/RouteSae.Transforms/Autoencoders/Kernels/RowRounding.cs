using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RouteSae.Kernels;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>Rounds a row to bfloat16 and measures what that costs.</summary>
/// <param name="Length">‖row‖.</param>
/// <param name="Error">‖row − rounded row‖.</param>
internal readonly record struct RowRounding(float Length, float Error)
{
    /// <param name="source">[width].</param>
    /// <param name="rounded">[width].</param>
    /// <param name="width">D.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe RowRounding Round(float* source, ushort* rounded, int width)
    {
        Vector512<float> squares = default, errors = default;
        var i = 0;
        for (; i + 32 <= width; i += 32)
        {
            Vector512<float> low = Vector512.Load(source + i), high = Vector512.Load(source + i + 16);
            Vector512<uint> lowBits = BFloat16Bits.Nearest(low), highBits = BFloat16Bits.Nearest(high);
            Vector512.Narrow(lowBits, highBits).Store(rounded + i);
            squares = Vector512.FusedMultiplyAdd(low, low, squares);
            squares = Vector512.FusedMultiplyAdd(high, high, squares);
            low -= BFloat16Bits.ToSingle(lowBits);
            high -= BFloat16Bits.ToSingle(highBits);
            errors = Vector512.FusedMultiplyAdd(low, low, errors);
            errors = Vector512.FusedMultiplyAdd(high, high, errors);
        }
        var (square, error) = (FloatRows.Sum(squares), FloatRows.Sum(errors));
        for (; i < width; i++)
        {
            rounded[i] = BFloat16Bits.Nearest(source[i]);
            var lost = source[i] - BFloat16Bits.ToSingle(rounded[i]);
            square += source[i] * source[i];
            error += lost * lost;
        }
        return new RowRounding(MathF.Sqrt(square), MathF.Sqrt(error));
    }
}
