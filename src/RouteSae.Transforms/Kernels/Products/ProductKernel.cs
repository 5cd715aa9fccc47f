using System.Runtime.Intrinsics;

namespace RouteSae.Kernels.Products;

/// <summary>Products of some rows with a panel of 32 outputs. Makers of such kernels stand at <see cref="Of"/>.</summary>
internal abstract unsafe class ProductKernel
{
    /// <summary>
    /// y [rows, 32] = x [rows, depth] · panel [depth, 32]. Each output is summed over k in ascending order by one fused multiply-add
    /// a step, from 0 or, unless this is the <paramref name="first"/> block of k, from what y holds.
    /// </summary>
    public abstract void Multiply(float* x, nint stride, int rows, byte* panel, int depth, float* y, nint yStride, bool first);

    /// <summary>The kernel for vectors of a width and weights of a format.</summary>
    public static ProductKernel Of(VectorWidth width, NumberFormat format) => (width, format) switch
    {
        (VectorWidth.Bits512, NumberFormat.BFloat16) => ProductKernel<Vector512Operations, Vector512<float>, BrainPanelNumber>.Instance,
        (VectorWidth.Bits512, NumberFormat.Float16) => ProductKernel<Vector512Operations, Vector512<float>, HalfPanelNumber>.Instance,
        (VectorWidth.Bits512, _) => ProductKernel<Vector512Operations, Vector512<float>, SinglePanelNumber>.Instance,
        (VectorWidth.Bits256, NumberFormat.BFloat16) => ProductKernel<Vector256Operations, Vector256<float>, BrainPanelNumber>.Instance,
        (VectorWidth.Bits256, NumberFormat.Float16) => ProductKernel<Vector256Operations, Vector256<float>, HalfPanelNumber>.Instance,
        (VectorWidth.Bits256, _) => ProductKernel<Vector256Operations, Vector256<float>, SinglePanelNumber>.Instance,
        (VectorWidth.Bits128, NumberFormat.BFloat16) => ProductKernel<Vector128Operations, Vector128<float>, BrainPanelNumber>.Instance,
        (VectorWidth.Bits128, NumberFormat.Float16) => ProductKernel<Vector128Operations, Vector128<float>, HalfPanelNumber>.Instance,
        (VectorWidth.Bits128, _) => ProductKernel<Vector128Operations, Vector128<float>, SinglePanelNumber>.Instance,
        (_, NumberFormat.BFloat16) => ProductKernel<ScalarOperations, float, BrainPanelNumber>.Instance,
        (_, NumberFormat.Float16) => ProductKernel<ScalarOperations, float, HalfPanelNumber>.Instance,
        _ => ProductKernel<ScalarOperations, float, SinglePanelNumber>.Instance,
    };
}
