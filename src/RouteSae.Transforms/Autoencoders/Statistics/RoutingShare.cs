using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Statistics;

/// <summary>Each hidden state's part in the activations: how many were taken from it, or with soft routing its mean weight.</summary>
public sealed class RoutingShare
{
    private readonly double[] _sums;

    /// <summary>Starts at zero activations.</summary>
    /// <param name="hiddenStates">L.</param>
    public RoutingShare(int hiddenStates) => _sums = new double[hiddenStates];

    /// <summary>The number of activations seen.</summary>
    public long Activations { get; private set; }

    /// <summary>The sum of the layer weights, L numbers: counts when routing is hard.</summary>
    public IReadOnlyList<double> Sums => _sums;

    /// <summary>L numbers from 0 to 1 that sum to 1; NaN before the first activation.</summary>
    public IReadOnlyList<double> Value => [.. _sums.Select(sum => sum / Activations)];

    /// <summary>Takes note of a batch.</summary>
    /// <param name="layerWeights">How much each hidden state took part in each activation, [N, L].</param>
    /// <exception cref="ArgumentException">There are not L columns.</exception>
    public void Add(Tensor layerWeights)
    {
        EvaluationShapes.Rows(layerWeights, "layer weights", _sums.Length, "hidden states");
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var sums = layerWeights.to(ScalarType.Float64).sum(0L).cpu().data<double>();
        for (var i = 0; i < _sums.Length; i++)
            _sums[i] += sums[i];
        Activations += layerWeights.shape[0];
    }
}
