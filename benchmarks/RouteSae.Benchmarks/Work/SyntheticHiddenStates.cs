using static TorchSharp.torch;

namespace RouteSae.Benchmarks.Work;

/// <summary>
/// Seeded hidden states with the structure that an autoencoder looks for: each token is a sparse sum of directions, some of them far
/// more frequent than others, carried from hidden state to hidden state; with noise, and a scale and a mean for each hidden state.
/// </summary>
internal static class SyntheticHiddenStates
{
    private const int DirectionsPerToken = 24;
    private const double Noise = 0.3;
    private const double Mean = 0.5;

    /// <summary>L tensors [N, D], raw. The caller owns them.</summary>
    public static Tensor[] Make(int tokens, int hiddenSize, int routedHiddenStates, int seed)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        var directions = nn.functional.normalize(randn([2 * hiddenSize, hiddenSize], generator: generator), dim: 1); // [F, D]
        var states = new Tensor[routedHiddenStates];
        var carried = Strengths(tokens, directions.shape[0], generator); // [N, F]
        for (var i = 0; i < routedHiddenStates; i++)
        {
            var own = Strengths(tokens, directions.shape[0], generator) * 0.5;
            var mean = randn([hiddenSize], generator: generator) * Mean;
            var noise = randn([tokens, hiddenSize], generator: generator) * (Noise / Math.Sqrt(hiddenSize));
            states[i] = (((carried + own).mm(directions) + noise + mean / Math.Sqrt(hiddenSize)) * Math.Pow(1.3, i)).MoveToOuterDisposeScope();
        }

        return states;
    }

    /// <summary>Exponential strengths of a few directions a token; squaring the draw makes low numbers frequent.</summary>
    private static Tensor Strengths(int tokens, long directions, Generator generator)
    {
        var chosen = (rand([tokens, DirectionsPerToken], generator: generator).square() * directions).to(ScalarType.Int64);
        var strengths = rand([tokens, DirectionsPerToken], generator: generator).clamp_min(1e-6).log().neg();
        return zeros(tokens, directions).scatter_add_(1, chosen, strengths);
    }
}
