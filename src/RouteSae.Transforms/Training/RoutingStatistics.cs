using System.Globalization;
using RouteSae.Autoencoders;
using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Training;

/// <summary>How the tokens seen so far were routed.</summary>
public sealed class RoutingStatistics
{
    private const double TooLargeShare = 0.8;

    private readonly double[] _layerWeightSums;
    private double _entropySum;

    /// <summary>Starts at zero tokens.</summary>
    /// <param name="routedHiddenStates">L.</param>
    public RoutingStatistics(int routedHiddenStates) => _layerWeightSums = new double[routedHiddenStates];

    /// <summary>The number of tokens seen.</summary>
    public long Tokens { get; private set; }

    /// <summary>For each routed hidden state the sum of its layer weights over all tokens: a count when routing is hard.</summary>
    public IReadOnlyList<double> LayerWeightSums => _layerWeightSums;

    /// <summary>Each routed hidden state's part in the tokens, 0 to 1; they sum to 1.</summary>
    public IReadOnlyList<double> Share => [.. _layerWeightSums.Select(sum => Tokens == 0 ? 0 : sum / Tokens)];

    /// <summary>−Σ sᵢ ln sᵢ of the shares, in nats: ln L when the hidden states are used alike, 0 when one takes all tokens.</summary>
    public double ShareEntropy => -Share.Where(share => share > 0).Sum(share => share * Math.Log(share));

    /// <summary>The mean over tokens of −Σ pᵢ ln pᵢ, in nats: ln L when the router is undecided about each token, 0 when it is certain.</summary>
    public double TokenEntropy => Tokens == 0 ? 0 : _entropySum / Tokens;

    /// <summary>Says so when one hidden state takes more than 80 % of the tokens; else null.</summary>
    /// <param name="hiddenStates">The hidden states' numbers.</param>
    internal string? Warning(IReadOnlyList<int> hiddenStates)
    {
        var share = Share;
        var largest = share.Max();
        return largest <= TooLargeShare
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"The router sends {100 * largest:F0} % of the tokens to hidden state {hiddenStates[share.ToList().IndexOf(largest)]}: it hardly chooses. Raise LoadBalanceCoefficient (with Fidelity.Corrected), or read that hidden state alone with a SingleLayerModel.");
    }

    /// <summary>Takes note of the routing of a batch.</summary>
    public void Add(RoutedActivations routed)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var sums = routed.LayerWeights().sum(0L).to(ScalarType.Float64).cpu().data<double>();
        for (var i = 0; i < _layerWeightSums.Length; i++)
            _layerWeightSums[i] += sums[i];
        var probabilities = routed.Probabilities;
        _entropySum -= xlogy(probabilities, probabilities).sum(ScalarType.Float64).item<double>();
        Tokens += routed.X.shape[0];
    }

    /// <summary>Saves the sums.</summary>
    internal void Save(TrainingState state)
    {
        state.Set("layerWeights", _layerWeightSums);
        state.Set("entropy", _entropySum);
        state.Set("tokens", Tokens);
    }

    /// <summary>Takes over what <see cref="Save"/> has saved.</summary>
    internal void Restore(TrainingState state)
    {
        state.Required<double[]>("layerWeights").CopyTo(_layerWeightSums, 0);
        _entropySum = state.Value<double>("entropy");
        Tokens = state.Value<long>("tokens");
    }

    /// <summary>Back to zero tokens.</summary>
    public void Reset()
    {
        Array.Clear(_layerWeightSums);
        (_entropySum, Tokens) = (0, 0);
    }
}
