using static TorchSharp.torch;

namespace RouteSae.Training;

/// <summary>The point with the smallest sum of distances to given points: a centre that outliers do not drag along. Approximate (Weiszfeld's iteration).</summary>
public static class GeometricMedian
{
    /// <summary>Approximates the geometric median.</summary>
    /// <param name="points">[N, D], at least one.</param>
    /// <param name="iterations">Steps from the mean. Default 32.</param>
    /// <returns>[D]; the caller owns it.</returns>
    public static Tensor Of(Tensor points, int iterations = 32)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var center = points.mean([0L]);
        for (var i = 0; i < iterations; i++)
        {
            using var step = NewDisposeScope();
            var weights = (points - center).norm(1, keepdim: true).clamp_min_(1e-12).reciprocal(); // [N, 1]
            center = ((points * weights).sum(0L) / weights.sum()).MoveToOuterDisposeScope();
        }
        return center.MoveToOuterDisposeScope();
    }
}
