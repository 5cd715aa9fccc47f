using RouteSae.LanguageModels.Fused;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>Root mean square norm: w · x / sqrt(mean(x²) + ε), the mean in float32 whatever the type of x.</summary>
internal static class RootMeanSquareNorm
{
    /// <summary>Normalises the last dimension of x [..., D] with weight [D].</summary>
    public static Tensor Apply(Tensor x, Tensor weight, double epsilon)
    {
        if (!BFloat16Rows.Fit(x, x.size(-1)) || weight.dtype != ScalarType.BFloat16)
            return Plain(x, weight, epsilon);
        return Gradients.AreWanted(x, weight) ? NormFunction.apply(x, weight, epsilon) : NormFunction.Infer(x, weight, epsilon);
    }

    /// <summary>The same in operations of the library.</summary>
    public static Tensor Plain(Tensor x, Tensor weight, double epsilon)
    {
        using var scope = NewDisposeScope();
        var wide = x.to_type(ScalarType.Float32);
        var scale = rsqrt(wide.square().mean([-1], keepdim: true) + epsilon);
        return (weight * (wide * scale).to_type(x.dtype)).MoveToOuterDisposeScope();
    }
}
