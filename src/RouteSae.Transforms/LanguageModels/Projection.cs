using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RouteSae.LanguageModels;

/// <summary>Products of tokens with a weight matrix: x Wᵀ + b.</summary>
internal static class Projection
{
    /// <summary>Below it, reordering the weights for a convolution costs more than it gains.</summary>
    private const long FewestTokensOfConvolution = 1024;

    /// <summary>libtorch's float32 product (MKL) leaves AVX-512 unused on processors that are not Intel's; its convolution (oneDNN) does not.</summary>
    private static readonly bool s_convolutionIsFaster = Avx512F.IsSupported && X86Base.CpuId(0, 0).Ebx != GenuineIntel;

    private const int GenuineIntel = 0x756E6547; // "Genu"

    /// <summary>x [..., in], weight [out, in], bias [out] → [..., out].</summary>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias) =>
        s_convolutionIsFaster && x.dtype == ScalarType.Float32 && x.device.type == DeviceType.CPU
        && x.NumberOfElements / x.size(-1) >= FewestTokensOfConvolution && x.is_contiguous() && !Gradients.AreWanted(x, weight)
            ? Convolve(x, weight, bias)
            : functional.linear(x, weight, bias);

    /// <summary>The same product as a 1×1 convolution over an image of N × 1 points with a channel a number, stored point by point.</summary>
    internal static Tensor Convolve(Tensor x, Tensor weight, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        long[] one = [1, 1], none = [0, 0];
        var points = x.view(1, -1, 1, x.size(-1)).permute(0, 3, 1, 2); // [1, in, N, 1]
        var result = functional.conv2d(points, weight.unsqueeze(-1).unsqueeze(-1), bias, strides: one, padding: none, dilation: one, groups: 1);
        return result.permute(0, 2, 3, 1).reshape([.. x.shape[..^1], weight.size(0)]).MoveToOuterDisposeScope();
    }
}
