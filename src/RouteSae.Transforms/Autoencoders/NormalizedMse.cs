using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>The reconstruction error in units of the activation's own size: mean_D((x̂ − x)²) / mean_D(x²), 0 for a perfect reconstruction, 1 for x̂ = 0.</summary>
public static class NormalizedMse
{
    /// <summary>One value a token.</summary>
    /// <param name="reconstruction">x̂, [..., D].</param>
    /// <param name="x">[..., D].</param>
    /// <returns>[...]; NaN where x is zero. The caller owns it.</returns>
    public static Tensor PerToken(Tensor reconstruction, Tensor x)
    {
        using var scope = NewDisposeScope();
        long[] lastDimension = [-1];
        return ((reconstruction - x).square().mean(lastDimension) / x.square().mean(lastDimension)).MoveToOuterDisposeScope();
    }

    /// <summary>The mean over all tokens, a scalar. The caller owns it.</summary>
    /// <param name="reconstruction">x̂, [..., D].</param>
    /// <param name="x">[..., D].</param>
    public static Tensor Mean(Tensor reconstruction, Tensor x)
    {
        using var perToken = PerToken(reconstruction, x);
        return perToken.mean();
    }
}
