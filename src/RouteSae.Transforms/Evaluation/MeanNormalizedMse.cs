using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Statistics;
using static TorchSharp.torch;

namespace RouteSae.Evaluation;

/// <summary>The mean over activations of mean_D((x̂ − x)²) / mean_D(x²): 0 for a perfect reconstruction, 1 for x̂ = 0.</summary>
public sealed class MeanNormalizedMse
{
    private double _sum;

    /// <summary>The number of activations seen.</summary>
    public long Activations { get; private set; }

    /// <summary>The mean so far; NaN before the first activation, or when an activation was zero.</summary>
    public double Value => _sum / Activations;

    /// <summary>Takes note of a batch.</summary>
    /// <param name="reconstruction">x̂, [..., D].</param>
    /// <param name="x">[..., D].</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public void Add(Tensor reconstruction, Tensor x)
    {
        EvaluationShapes.Same(reconstruction, "reconstructions", x, "activations");
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var perActivation = NormalizedMse.PerToken(reconstruction, x);
        _sum += perActivation.sum(ScalarType.Float64).item<double>();
        Activations += perActivation.NumberOfElements;
    }
}
