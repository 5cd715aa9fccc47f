using RouteSae.Autoencoders.Statistics;
using static TorchSharp.torch;

namespace RouteSae.Evaluation;

/// <summary>
/// How much of the tokens' variance the reconstruction accounts for: 1 − Σₙ‖x̂ₙ − xₙ‖² / Σₙ‖xₙ − x̄‖², where x̄ is the mean of
/// all activations seen, component by component. 1 for a perfect reconstruction, 0 for one that always says x̄, below 0 for a
/// worse one. The fraction subtracted is the fraction of variance unexplained.
/// </summary>
/// <remarks>One pass: mean and squared distances of batches are merged by Chan, Golub and LeVeque's formula (1979).</remarks>
public sealed class ExplainedVariance
{
    private double _error;
    private double _variance; // Σ‖x − x̄‖²
    private double[]? _mean; // x̄

    /// <summary>The number of tokens seen.</summary>
    public long Tokens { get; private set; }

    /// <summary>1 − <see cref="Unexplained"/>.</summary>
    public double Value => 1 - Unexplained;

    /// <summary>The fraction of variance unexplained; NaN or infinite where the activations seen do not vary.</summary>
    public double Unexplained => _error / _variance;

    /// <summary>Takes note of a batch.</summary>
    /// <param name="reconstruction">x̂, [N, D]; or [N, L, D] where a token has several activations, each with its mean.</param>
    /// <param name="x">Of the same shape.</param>
    /// <exception cref="ArgumentException">The shapes differ, or the width is not that of the batch before.</exception>
    public void Add(Tensor reconstruction, Tensor x)
    {
        EvaluationShapes.Same(reconstruction, "reconstructions", x, "activations");
        using var noGradient = no_grad();
        var width = x.NumberOfElements / Math.Max(1, x.shape[0]);
        foreach (var (first, count) in RowChunks.Of(x.shape[0], width))
        {
            using var scope = NewDisposeScope();
            AddChunk(Rows(reconstruction, first, count), Rows(x, first, count));
        }
    }

    private static Tensor Rows(Tensor tensor, long first, long count) =>
        tensor.narrow(0, first, count).to(ScalarType.Float64).flatten(1);

    private void AddChunk(Tensor reconstruction, Tensor x)
    {
        var mean = x.mean([0L]);
        _error += (reconstruction - x).square().sum().item<double>();
        _variance += (x - mean).square().sum().item<double>();
        Merge(mean.cpu().data<double>().ToArray(), x.shape[0]);
    }

    private void Merge(double[] mean, long tokens)
    {
        _mean ??= new double[mean.Length];
        if (mean.Length != _mean.Length)
            throw new ArgumentException($"These activations have {mean.Length} values a token, those before had {_mean.Length}.");
        double distance = 0, part = (double)tokens / (Tokens + tokens);
        for (var i = 0; i < mean.Length; i++)
        {
            var difference = mean[i] - _mean[i];
            distance += difference * difference;
            _mean[i] += difference * part;
        }
        _variance += distance * part * Tokens;
        Tokens += tokens;
    }
}
