using RouteSae.LanguageModels;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels;

/// <summary>Small models with random weights, and token ids for them.</summary>
internal static class RandomModel
{
    /// <summary>Sizes that the fused kernels do not take.</summary>
    public static DecoderConfig Odd { get; } = new()
    {
        ModelType = "llama",
        HiddenSize = 24,
        IntermediateSize = 40,
        LayerCount = 5,
        AttentionHeads = 4,
        KeyValueHeads = 2,
        HeadSize = 10,
        VocabularySize = 61,
        MaxPositions = 128,
        NormEpsilon = 1e-5,
    };

    /// <summary>Sizes that all fused kernels take.</summary>
    public static DecoderConfig Even { get; } = Odd with
    {
        HiddenSize = 128,
        IntermediateSize = 192,
        LayerCount = 3,
        AttentionHeads = 2,
        KeyValueHeads = 2,
        HeadSize = 64,
        VocabularySize = 96,
        TiedEmbeddings = true,
    };

    /// <summary>A model whose embedding is as large as trained ones' and whose norms and biases are not trivial.</summary>
    public static DecoderModel Create(DecoderConfig config, long seed = 1)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var generator = new Generator((ulong)seed);
        var model = DecoderModel.CreateRandom(config, seed);
        model.Embedding.mul_(30);
        if (!config.TiedEmbeddings)
            model.Head!.mul_(10);
        foreach (var parameter in model.Parameters.Where(parameter => parameter.dim() == 1))
            parameter.add_(randn(parameter.shape, generator: generator) * 0.2);
        return model;
    }

    /// <summary>The same stored weights, loaded in two types.</summary>
    public static (DecoderModel Single, DecoderModel Brain) CreateBoth(DecoderConfig config, long seed = 1)
    {
        using var folder = new TemporaryFolder();
        using (var model = Create(config, seed))
            model.Save(folder.Path, Precision.BFloat16);
        return (
            DecoderModel.Load(folder.Path, new DecoderLoadOptions { Precision = Precision.Float32 }),
            DecoderModel.Load(folder.Path, new DecoderLoadOptions { Precision = Precision.BFloat16 }));
    }

    public static Tensor Ids(DecoderConfig config, int batch, int length, int seed = 1)
    {
        var random = new Random(seed);
        return tensor(Enumerable.Range(0, batch * length).Select(_ => (long)random.Next(config.VocabularySize)).ToArray(), [batch, length]);
    }

    public static Tensor Mask(params string[] rows) =>
        tensor(rows.SelectMany(row => row).Select(c => c == '1').ToArray(), [rows.Length, rows[0].Length]);

    /// <summary>Norm of the difference over the norm of the expected.</summary>
    public static double RelativeError(Tensor actual, Tensor expected)
    {
        using var scope = NewDisposeScope();
        var wide = expected.to_type(ScalarType.Float64);
        return ((actual.to_type(ScalarType.Float64) - wide).norm() / wide.norm()).item<double>();
    }
}
