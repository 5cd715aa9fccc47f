using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Statistics;
using static TorchSharp.torch;

namespace RouteSae.Evaluation;

/// <summary>
/// Which hidden states a latent's activations come from: for latent m the distribution over hidden states of the codes in which it
/// fires, Σₙ wₙᵢ aₙₘ / Σᵢₙ wₙᵢ aₙₘ with the layer weights w, where a is 1 when it fires (by count) or |z| (by activation).
/// </summary>
public sealed class LayerOfOrigin
{
    private readonly int _latents;
    private readonly int _hiddenStates;
    private readonly double[] _counts; // [M, L]
    private readonly double[] _activations; // [M, L]

    /// <summary>Starts at zero codes.</summary>
    /// <param name="latents">M.</param>
    /// <param name="hiddenStates">L.</param>
    public LayerOfOrigin(int latents, int hiddenStates)
    {
        (_latents, _hiddenStates) = (latents, hiddenStates);
        _counts = new double[latents * hiddenStates];
        _activations = new double[latents * hiddenStates];
    }

    /// <summary>Takes note of a batch.</summary>
    /// <param name="codes">The codes of N activations.</param>
    /// <param name="layerWeights">How much each hidden state took part in each of them, [N, L].</param>
    /// <exception cref="ArgumentException">There are not N rows, or not L columns.</exception>
    public void Add(SparseCodes codes, Tensor layerWeights)
    {
        EvaluationShapes.Rows(layerWeights, "layer weights", _hiddenStates, "hidden states");
        if (layerWeights.shape[0] != codes.Tokens)
            throw new ArgumentException($"There are layer weights of {layerWeights.shape[0]} activations, but {codes.Tokens} codes.", nameof(layerWeights));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var weights = layerWeights.to(ScalarType.Float64);
        var values = codes.Values.detach().to(ScalarType.Float64);
        AddTo(_counts, weights, codes.Indices, (values != 0).to(ScalarType.Float64));
        AddTo(_activations, weights, codes.Indices, values.abs());
    }

    /// <summary>L numbers that sum to 1: how often the latent fired on each hidden state; zeros when it never fired.</summary>
    /// <param name="latent">0 to M − 1.</param>
    public IReadOnlyList<double> ByCount(int latent) => Distribution(_counts, latent);

    /// <summary>L numbers that sum to 1: how much of the latent's activation comes from each hidden state; zeros when it never fired.</summary>
    /// <param name="latent">0 to M − 1.</param>
    public IReadOnlyList<double> ByActivation(int latent) => Distribution(_activations, latent);

    private void AddTo(double[] sums, Tensor weights, Tensor indices, Tensor values)
    {
        var added = RowOperators.ScatteredSum(weights, indices, values, _latents).cpu().data<double>().ToArray();
        for (var i = 0; i < sums.Length; i++)
            sums[i] += added[i];
    }

    private double[] Distribution(double[] sums, int latent)
    {
        var row = sums.AsSpan(latent * _hiddenStates, _hiddenStates).ToArray();
        var total = row.Sum();
        return total == 0 ? row : [.. row.Select(sum => sum / total)];
    }
}
