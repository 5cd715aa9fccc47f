using RouteSae.LanguageModels.Families;
using RouteSae.LanguageModels.Torch;
using RouteSae.Native;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>Random weights for a model that is to be trained, or for tests.</summary>
internal static class DecoderInitializer
{
    private const double EmbeddingDeviation = 0.02;

    /// <summary>
    /// Normal weights: embeddings with deviation 0.02, matrices with 1/sqrt(inputs), those that write to the residual
    /// stream divided by sqrt(2 · layers) more; norms 1, biases 0.
    /// </summary>
    public static DecoderModel Create(DecoderConfig config, long seed, ScalarType type)
    {
        DecoderConfigCheck.ThrowIfInvalid(config);
        LlamaFamily.ThrowIfOther(config);
        TorchRuntime.EnsureLoaded();
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        int hidden = config.HiddenSize, wide = config.IntermediateSize, queries = config.AttentionHeads * config.HeadSize;
        var projections = (config.AttentionHeads + 2 * config.KeyValueHeads) * config.HeadSize;
        var residual = 1 / Math.Sqrt(2.0 * config.LayerCount);

        Tensor Matrix(long rows, long columns, double deviation) => Keep(randn([rows, columns], generator: generator) * deviation);
        Tensor Keep(Tensor tensor) => tensor.to_type(type).DetachFromDisposeScope();
        Tensor? Bias(bool wanted, long size) => wanted ? Keep(zeros(size)) : null;

        Norm Norm() => new(NormKind.RootMeanSquare, config.NormEpsilon, Keep(ones(hidden)));

        var layers = Enumerable.Range(0, config.LayerCount).Select(index => new DecoderLayer(config)
        {
            AttentionNorm = Norm(),
            Attention = new SelfAttention(config, index)
            {
                QueryKeyValue = Matrix(projections, hidden, 1 / Math.Sqrt(hidden)),
                QueryKeyValueBias = Bias(config.AttentionBias, projections),
                Output = Matrix(hidden, queries, residual / Math.Sqrt(queries)),
                OutputBias = Bias(config.AttentionOutputBias, hidden),
            },
            FeedForwardNorm = Norm(),
            FeedForward = new FeedForward(config)
            {
                GateUp = Matrix(2 * wide, hidden, 1 / Math.Sqrt(hidden)),
                GateUpBias = Bias(config.FeedForwardBias, 2 * wide),
                Down = Matrix(hidden, wide, residual / Math.Sqrt(wide)),
                DownBias = Bias(config.FeedForwardBias, hidden),
            },
        }).ToArray();
        var embedding = Matrix(config.VocabularySize, hidden, EmbeddingDeviation);
        var head = config.TiedEmbeddings ? embedding.alias().DetachFromDisposeScope() : Matrix(config.VocabularySize, hidden, EmbeddingDeviation);
        return new DecoderModel(config, new DecoderParts { Embedding = embedding, Layers = layers, FinalNorm = Norm(), Head = head });
    }
}
