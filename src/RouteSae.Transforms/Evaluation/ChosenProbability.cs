using static TorchSharp.torch;

namespace RouteSae.Evaluation;

/// <summary>The mean of p*, the router's probability for the hidden state that it prefers: between 1/L and 1.</summary>
public sealed class ChosenProbability
{
    private double _sum;

    /// <summary>The number of tokens seen.</summary>
    public long Tokens { get; private set; }

    /// <summary>The mean so far; NaN before the first token.</summary>
    public double Value => _sum / Tokens;

    /// <summary>Takes note of a batch.</summary>
    /// <param name="probabilities">The router's p, [N, L].</param>
    public void Add(Tensor probabilities)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        _sum += probabilities.amax([1L]).sum(ScalarType.Float64).item<double>();
        Tokens += probabilities.shape[0];
    }
}
