using RouteSae.Autoencoders;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Evaluation;

/// <summary>
/// Which hidden states a latent's activations come from: for latent m the distribution over hidden states of the codes in which it
/// fires, Σₙ wₙᵢ aₙₘ / Σᵢₙ wₙᵢ aₙₘ with the layer weights w, where a is 1 when it fires (by count) or |z| (by activation). Owns its sums.
/// </summary>
public sealed class LayerOfOrigin : IDisposable
{
    private readonly Tensor _counts; // [M, L]
    private readonly Tensor _activations; // [M, L]

    /// <summary>Starts at zero codes.</summary>
    /// <param name="latents">M.</param>
    /// <param name="hiddenStates">L.</param>
    public LayerOfOrigin(int latents, int hiddenStates)
    {
        _counts = zeros([latents, hiddenStates], dtype: ScalarType.Float64).DetachFromDisposeScope();
        _activations = zeros([latents, hiddenStates], dtype: ScalarType.Float64).DetachFromDisposeScope();
    }

    /// <summary>Takes note of a batch.</summary>
    /// <param name="codes">The codes of N activations.</param>
    /// <param name="layerWeights">How much each hidden state took part in each of them, [N, L].</param>
    /// <exception cref="ArgumentException">There are not N rows, or not L columns.</exception>
    public void Add(SparseCodes codes, Tensor layerWeights)
    {
        EvaluationShapes.Rows(layerWeights, "layer weights", _counts.shape[1], "hidden states");
        if (layerWeights.shape[0] != codes.Tokens)
            throw new ArgumentException($"There are layer weights of {layerWeights.shape[0]} activations, but {codes.Tokens} codes.", nameof(layerWeights));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var weights = layerWeights.to(ScalarType.Float64);
        var values = codes.Values.detach().to(ScalarType.Float64);
        _counts.add_(Sum(weights, codes.Indices, values != 0));
        _activations.add_(Sum(weights, codes.Indices, values.abs()));
    }

    /// <summary>L numbers that sum to 1: how often the latent fired on each hidden state; zeros when it never fired.</summary>
    /// <param name="latent">0 to M − 1.</param>
    public IReadOnlyList<double> ByCount(int latent) => Distribution(_counts, latent);

    /// <summary>L numbers that sum to 1: how much of the latent's activation comes from each hidden state; zeros when it never fired.</summary>
    /// <param name="latent">0 to M − 1.</param>
    public IReadOnlyList<double> ByActivation(int latent) => Distribution(_activations, latent);

    /// <summary>Frees the sums.</summary>
    public void Dispose()
    {
        _counts.Dispose();
        _activations.Dispose();
    }

    private Tensor Sum(Tensor weights, Tensor indices, Tensor values) =>
        RowOperators.ScatteredSum(weights, indices, values.to(ScalarType.Float64), _counts.shape[0]).cpu();

    private static IReadOnlyList<double> Distribution(Tensor sums, int latent)
    {
        using var scope = NewDisposeScope();
        var row = sums[latent].data<double>().ToArray();
        var total = row.Sum();
        return total == 0 ? row : [.. row.Select(sum => sum / total)];
    }
}
