using RouteSae.Autoencoders.Statistics;
using static TorchSharp.torch;

namespace RouteSae.Evaluation;

/// <summary>How undecided the router is about a token: the mean of −Σ pᵢ ln pᵢ, in nats. 0 when it is certain of each token, ln L when it never prefers any.</summary>
public sealed class RoutingEntropy
{
    private double _sum;

    /// <summary>The number of tokens seen.</summary>
    public long Tokens { get; private set; }

    /// <summary>The mean so far; NaN before the first token.</summary>
    public double Value => _sum / Tokens;

    /// <summary>The entropy of shares, in nats: ln L when all hidden states are used alike, 0 when one takes all tokens.</summary>
    /// <param name="shares">Numbers that sum to 1, such as <see cref="RoutingShare.Value"/>.</param>
    public static double OfShares(IEnumerable<double> shares) => -shares.Where(share => share > 0).Sum(share => share * Math.Log(share));

    /// <summary>Takes note of a batch.</summary>
    /// <param name="probabilities">The router's p, [N, L].</param>
    public void Add(Tensor probabilities)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var p = probabilities.to(ScalarType.Float64);
        _sum -= xlogy(p, p).sum().item<double>();
        Tokens += probabilities.shape[0];
    }
}
