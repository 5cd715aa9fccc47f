using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RouteSae.LanguageModels.Torch.Fused;

/// <summary>Products of four rows with a small matrix that lies in the processor's cache.</summary>
internal static unsafe class PanelProduct
{
    /// <summary>Rows of the left matrix.</summary>
    public const int Rows = 4;

    /// <summary>c [4, columns] = a [4, depth] · b [depth, columns]; columns is a multiple of 32.</summary>
    public static void Multiply(float* a, int aStride, float* b, int bStride, float* c, int cStride, int depth, int columns)
    {
        for (var column = 0; column < columns; column += TensorRows.Step)
            Multiply(a, aStride, b + column, bStride, c + column, cStride, depth);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(float* a, int aStride, float* b, int bStride, float* c, int cStride, int depth)
    {
        Vector512<float> low0 = default, low1 = default, low2 = default, low3 = default;
        Vector512<float> high0 = default, high1 = default, high2 = default, high3 = default;
        for (var k = 0; k < depth; k++, b += bStride)
        {
            Vector512<float> low = Vector512.Load(b), high = Vector512.Load(b + 16), x = Vector512.Create(a[k]);
            low0 = Vector512.FusedMultiplyAdd(x, low, low0);
            high0 = Vector512.FusedMultiplyAdd(x, high, high0);
            x = Vector512.Create(a[aStride + k]);
            low1 = Vector512.FusedMultiplyAdd(x, low, low1);
            high1 = Vector512.FusedMultiplyAdd(x, high, high1);
            x = Vector512.Create(a[2 * aStride + k]);
            low2 = Vector512.FusedMultiplyAdd(x, low, low2);
            high2 = Vector512.FusedMultiplyAdd(x, high, high2);
            x = Vector512.Create(a[3 * aStride + k]);
            low3 = Vector512.FusedMultiplyAdd(x, low, low3);
            high3 = Vector512.FusedMultiplyAdd(x, high, high3);
        }
        Store(c, low0, high0);
        Store(c + cStride, low1, high1);
        Store(c + 2 * cStride, low2, high2);
        Store(c + 3 * cStride, low3, high3);
    }

    private static void Store(float* target, Vector512<float> low, Vector512<float> high)
    {
        low.Store(target);
        high.Store(target + 16);
    }
}
