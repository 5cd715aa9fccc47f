using RouteSae.Kernels;
using RouteSae.LanguageModels.Torch.Fused;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>Root mean square norm: w · x / sqrt(mean(x²) + ε), the mean in float32 whatever the type of x.</summary>
internal static class RootMeanSquareNorm
{
    /// <summary>Normalises the last dimension of x [..., D] with weight [D], which may be float32 whatever the type of x.</summary>
    public static Tensor Apply(Tensor x, Tensor weight, double epsilon)
    {
        var (fits, recorded) = (TensorRows.Fit(x, x.size(-1)) && weight.dtype == x.dtype, Gradients.AreWanted(x, weight));
        return (fits, x.dtype, recorded) switch
        {
            (true, ScalarType.BFloat16, true) => NormFunction.apply(x, weight, epsilon),
            (true, ScalarType.BFloat16, false) => NormKernel.Run<BrainNumber>(x, weight, epsilon),
            (true, ScalarType.Float32, false) => NormKernel.Run<SingleNumber>(x, weight, epsilon),
            _ => Plain(x, weight, epsilon),
        };
    }

    /// <summary>The same in operations of the library.</summary>
    public static Tensor Plain(Tensor x, Tensor weight, double epsilon)
    {
        using var scope = NewDisposeScope();
        using Scalar least = epsilon; // kept from the garbage collector while libtorch reads it
        var wide = x.to_type(ScalarType.Float32);
        var scale = rsqrt(wide.square().mean([-1], keepdim: true) + least);
        var result = weight.dtype == x.dtype ? weight * (wide * scale).to_type(x.dtype) : (weight * (wide * scale)).to_type(x.dtype);
        return result.MoveToOuterDisposeScope();
    }
}
