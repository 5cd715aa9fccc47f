using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RouteSae.Kernels.Products;

/// <summary>The vectors that a product uses. All give the same bits.</summary>
internal enum VectorWidth
{
    /// <summary>No vectors.</summary>
    Scalar,

    /// <summary>128 bits.</summary>
    Bits128,

    /// <summary>256 bits.</summary>
    Bits256,

    /// <summary>512 bits.</summary>
    Bits512,
}

/// <summary>Finds the vectors of this processor.</summary>
internal static class ProcessorVectors
{
    /// <summary>The widest with fused multiply-adds in hardware; without, one number at a time is as fast as any.</summary>
    public static VectorWidth Widest { get; } =
        Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? VectorWidth.Bits512
        : Vector256.IsHardwareAccelerated && Fma.IsSupported ? VectorWidth.Bits256
        : System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported ? VectorWidth.Bits128
        : VectorWidth.Scalar;
}
