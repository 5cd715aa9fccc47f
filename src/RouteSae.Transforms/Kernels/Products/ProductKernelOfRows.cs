using System.Runtime.CompilerServices;

namespace RouteSae.Kernels.Products;

/// <summary>
/// The product in registers: up to 12 rows, or 6 where registers are few, times two vectors of outputs. Every output is a lane of its
/// own, so that neither the width of the vectors nor the number of rows changes its bits.
/// </summary>
internal sealed unsafe class ProductKernel<T, TVector, TNumber> : ProductKernel
    where T : struct, IVectorOperations<TVector>
    where TVector : unmanaged
    where TNumber : struct, IPanelNumber
{
    public static readonly ProductKernel<T, TVector, TNumber> Instance = new();

    public override void Multiply(float* x, nint stride, int rows, byte* panel, int depth, float* y, nint yStride, bool first)
    {
        for (var column = 0; column < PackedMatrix.PanelWidth; column += 2 * T.Width)
        {
            Columns(x, stride, rows, panel + column * TNumber.Size, depth, y + column, yStride, first);
        }
    }

    private static void Columns(float* x, nint stride, int rows, byte* panel, int depth, float* y, nint yStride, bool first)
    {
        for (; T.ManyRegisters && rows >= 12; rows -= 12, x += 12 * stride, y += 12 * yStride)
        {
            Rows12(x, stride, panel, depth, y, yStride, first);
        }

        for (; rows >= 6; rows -= 6, x += 6 * stride, y += 6 * yStride)
        {
            Rows6(x, stride, panel, depth, y, yStride, first);
        }

        for (; rows >= 3; rows -= 3, x += 3 * stride, y += 3 * yStride)
        {
            Rows3(x, stride, panel, depth, y, yStride, first);
        }

        for (; rows >= 1; rows--, x += stride, y += yStride)
        {
            Rows1(x, stride, panel, depth, y, yStride, first);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows12(float* x, nint stride, byte* panel, int depth, float* y, nint yStride, bool first)
    {
        TVector low0 = default, high0 = default;
        TVector low1 = default, high1 = default;
        TVector low2 = default, high2 = default;
        TVector low3 = default, high3 = default;
        TVector low4 = default, high4 = default;
        TVector low5 = default, high5 = default;
        TVector low6 = default, high6 = default;
        TVector low7 = default, high7 = default;
        TVector low8 = default, high8 = default;
        TVector low9 = default, high9 = default;
        TVector low10 = default, high10 = default;
        TVector low11 = default, high11 = default;
        if (!first)
        {
            (low0, high0) = (T.Load(y), T.Load(y + T.Width));
            (low1, high1) = (T.Load(y + yStride), T.Load(y + yStride + T.Width));
            (low2, high2) = (T.Load(y + 2 * yStride), T.Load(y + 2 * yStride + T.Width));
            (low3, high3) = (T.Load(y + 3 * yStride), T.Load(y + 3 * yStride + T.Width));
            (low4, high4) = (T.Load(y + 4 * yStride), T.Load(y + 4 * yStride + T.Width));
            (low5, high5) = (T.Load(y + 5 * yStride), T.Load(y + 5 * yStride + T.Width));
            (low6, high6) = (T.Load(y + 6 * yStride), T.Load(y + 6 * yStride + T.Width));
            (low7, high7) = (T.Load(y + 7 * yStride), T.Load(y + 7 * yStride + T.Width));
            (low8, high8) = (T.Load(y + 8 * yStride), T.Load(y + 8 * yStride + T.Width));
            (low9, high9) = (T.Load(y + 9 * yStride), T.Load(y + 9 * yStride + T.Width));
            (low10, high10) = (T.Load(y + 10 * yStride), T.Load(y + 10 * yStride + T.Width));
            (low11, high11) = (T.Load(y + 11 * yStride), T.Load(y + 11 * yStride + T.Width));
        }

        var x3 = x + 3 * stride;
        var x6 = x + 6 * stride;
        var x9 = x + 9 * stride;
        for (var k = 0; k < depth; k++, panel += PackedMatrix.PanelWidth * TNumber.Size)
        {
            TVector low = TNumber.Load<T, TVector>(panel), high = TNumber.Load<T, TVector>(panel + T.Width * TNumber.Size);
            var value = T.Create(x[k]);
            low0 = T.MultiplyAdd(value, low, low0);
            high0 = T.MultiplyAdd(value, high, high0);
            value = T.Create(x[stride + k]);
            low1 = T.MultiplyAdd(value, low, low1);
            high1 = T.MultiplyAdd(value, high, high1);
            value = T.Create(x[2 * stride + k]);
            low2 = T.MultiplyAdd(value, low, low2);
            high2 = T.MultiplyAdd(value, high, high2);
            value = T.Create(x3[k]);
            low3 = T.MultiplyAdd(value, low, low3);
            high3 = T.MultiplyAdd(value, high, high3);
            value = T.Create(x3[stride + k]);
            low4 = T.MultiplyAdd(value, low, low4);
            high4 = T.MultiplyAdd(value, high, high4);
            value = T.Create(x3[2 * stride + k]);
            low5 = T.MultiplyAdd(value, low, low5);
            high5 = T.MultiplyAdd(value, high, high5);
            value = T.Create(x6[k]);
            low6 = T.MultiplyAdd(value, low, low6);
            high6 = T.MultiplyAdd(value, high, high6);
            value = T.Create(x6[stride + k]);
            low7 = T.MultiplyAdd(value, low, low7);
            high7 = T.MultiplyAdd(value, high, high7);
            value = T.Create(x6[2 * stride + k]);
            low8 = T.MultiplyAdd(value, low, low8);
            high8 = T.MultiplyAdd(value, high, high8);
            value = T.Create(x9[k]);
            low9 = T.MultiplyAdd(value, low, low9);
            high9 = T.MultiplyAdd(value, high, high9);
            value = T.Create(x9[stride + k]);
            low10 = T.MultiplyAdd(value, low, low10);
            high10 = T.MultiplyAdd(value, high, high10);
            value = T.Create(x9[2 * stride + k]);
            low11 = T.MultiplyAdd(value, low, low11);
            high11 = T.MultiplyAdd(value, high, high11);
        }

        Store(y, low0, high0);
        Store(y + yStride, low1, high1);
        Store(y + 2 * yStride, low2, high2);
        Store(y + 3 * yStride, low3, high3);
        Store(y + 4 * yStride, low4, high4);
        Store(y + 5 * yStride, low5, high5);
        Store(y + 6 * yStride, low6, high6);
        Store(y + 7 * yStride, low7, high7);
        Store(y + 8 * yStride, low8, high8);
        Store(y + 9 * yStride, low9, high9);
        Store(y + 10 * yStride, low10, high10);
        Store(y + 11 * yStride, low11, high11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows6(float* x, nint stride, byte* panel, int depth, float* y, nint yStride, bool first)
    {
        TVector low0 = default, high0 = default;
        TVector low1 = default, high1 = default;
        TVector low2 = default, high2 = default;
        TVector low3 = default, high3 = default;
        TVector low4 = default, high4 = default;
        TVector low5 = default, high5 = default;
        if (!first)
        {
            (low0, high0) = (T.Load(y), T.Load(y + T.Width));
            (low1, high1) = (T.Load(y + yStride), T.Load(y + yStride + T.Width));
            (low2, high2) = (T.Load(y + 2 * yStride), T.Load(y + 2 * yStride + T.Width));
            (low3, high3) = (T.Load(y + 3 * yStride), T.Load(y + 3 * yStride + T.Width));
            (low4, high4) = (T.Load(y + 4 * yStride), T.Load(y + 4 * yStride + T.Width));
            (low5, high5) = (T.Load(y + 5 * yStride), T.Load(y + 5 * yStride + T.Width));
        }

        var x3 = x + 3 * stride;
        for (var k = 0; k < depth; k++, panel += PackedMatrix.PanelWidth * TNumber.Size)
        {
            TVector low = TNumber.Load<T, TVector>(panel), high = TNumber.Load<T, TVector>(panel + T.Width * TNumber.Size);
            var value = T.Create(x[k]);
            low0 = T.MultiplyAdd(value, low, low0);
            high0 = T.MultiplyAdd(value, high, high0);
            value = T.Create(x[stride + k]);
            low1 = T.MultiplyAdd(value, low, low1);
            high1 = T.MultiplyAdd(value, high, high1);
            value = T.Create(x[2 * stride + k]);
            low2 = T.MultiplyAdd(value, low, low2);
            high2 = T.MultiplyAdd(value, high, high2);
            value = T.Create(x3[k]);
            low3 = T.MultiplyAdd(value, low, low3);
            high3 = T.MultiplyAdd(value, high, high3);
            value = T.Create(x3[stride + k]);
            low4 = T.MultiplyAdd(value, low, low4);
            high4 = T.MultiplyAdd(value, high, high4);
            value = T.Create(x3[2 * stride + k]);
            low5 = T.MultiplyAdd(value, low, low5);
            high5 = T.MultiplyAdd(value, high, high5);
        }

        Store(y, low0, high0);
        Store(y + yStride, low1, high1);
        Store(y + 2 * yStride, low2, high2);
        Store(y + 3 * yStride, low3, high3);
        Store(y + 4 * yStride, low4, high4);
        Store(y + 5 * yStride, low5, high5);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows3(float* x, nint stride, byte* panel, int depth, float* y, nint yStride, bool first)
    {
        TVector low0 = default, high0 = default;
        TVector low1 = default, high1 = default;
        TVector low2 = default, high2 = default;
        if (!first)
        {
            (low0, high0) = (T.Load(y), T.Load(y + T.Width));
            (low1, high1) = (T.Load(y + yStride), T.Load(y + yStride + T.Width));
            (low2, high2) = (T.Load(y + 2 * yStride), T.Load(y + 2 * yStride + T.Width));
        }

        for (var k = 0; k < depth; k++, panel += PackedMatrix.PanelWidth * TNumber.Size)
        {
            TVector low = TNumber.Load<T, TVector>(panel), high = TNumber.Load<T, TVector>(panel + T.Width * TNumber.Size);
            var value = T.Create(x[k]);
            low0 = T.MultiplyAdd(value, low, low0);
            high0 = T.MultiplyAdd(value, high, high0);
            value = T.Create(x[stride + k]);
            low1 = T.MultiplyAdd(value, low, low1);
            high1 = T.MultiplyAdd(value, high, high1);
            value = T.Create(x[2 * stride + k]);
            low2 = T.MultiplyAdd(value, low, low2);
            high2 = T.MultiplyAdd(value, high, high2);
        }

        Store(y, low0, high0);
        Store(y + yStride, low1, high1);
        Store(y + 2 * yStride, low2, high2);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows1(float* x, nint stride, byte* panel, int depth, float* y, nint yStride, bool first)
    {
        TVector low0 = default, high0 = default;
        if (!first)
        {
            (low0, high0) = (T.Load(y), T.Load(y + T.Width));
        }

        for (var k = 0; k < depth; k++, panel += PackedMatrix.PanelWidth * TNumber.Size)
        {
            TVector low = TNumber.Load<T, TVector>(panel), high = TNumber.Load<T, TVector>(panel + T.Width * TNumber.Size);
            var value = T.Create(x[k]);
            low0 = T.MultiplyAdd(value, low, low0);
            high0 = T.MultiplyAdd(value, high, high0);
        }

        Store(y, low0, high0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* y, TVector low, TVector high)
    {
        T.Store(y, low);
        T.Store(y + T.Width, high);
    }
}
