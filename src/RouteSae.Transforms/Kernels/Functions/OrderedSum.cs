using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RouteSae.Kernels.Functions;

/// <summary>
/// Sums over a row in one order on every processor: the numbers i, i + 16, i + 32, ... form 16 partial sums in ascending order, which
/// are added as a tree: i + (i + 8), then i + (i + 4), then (0 + 2) + (1 + 3).
/// </summary>
internal static unsafe class OrderedSum
{
    /// <summary>Numbers side by side.</summary>
    public const int Parts = 16;

    /// <summary>The tree.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Of(Vector512<float> parts)
    {
        var eight = parts.GetLower() + parts.GetUpper();
        var four = eight.GetLower() + eight.GetUpper();
        return (four.GetElement(0) + four.GetElement(2)) + (four.GetElement(1) + four.GetElement(3));
    }

    /// <summary>Σ x; the count is a multiple of 16, filled up with zeros.</summary>
    public static float Of(float* x, int count)
    {
        var parts = Vector512<float>.Zero;
        for (var i = 0; i < count; i += Parts)
        {
            parts += Vector512.Load(x + i);
        }

        return Of(parts);
    }

    /// <summary>Σ x², likewise.</summary>
    public static float OfSquares(float* x, int count)
    {
        var parts = Vector512<float>.Zero;
        for (var i = 0; i < count; i += Parts)
        {
            var value = Vector512.Load(x + i);
            parts = Vector512.FusedMultiplyAdd(value, value, parts);
        }

        return Of(parts);
    }
}
