using RouteSae.LanguageModels;
using RouteSae.LanguageModels.Families;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels.Engine;

/// <summary>A small decoder with any combination of what configurations can say, and weights for it.</summary>
internal sealed class RandomDecoder
{
    private static readonly string[] s_types = ["llama", "gemma2", "olmo", "olmo2", "phi", "phi3", "gpt2", "gpt_neox", "qwen3"];

    private readonly Random _random;
    private readonly int _seed;
    private readonly TensorNames _names;

    public RandomDecoder(int seed)
    {
        (_random, _seed) = (new Random(seed), seed);
        var type = Pick(s_types);
        _names = DecoderFamilies.Find(type).NamesIn([], new DecoderConfig
        {
            ModelType = type, HiddenSize = 1, IntermediateSize = 1, LayerCount = 1, AttentionHeads = 1, KeyValueHeads = 1, HeadSize = 1, VocabularySize = 1, MaxPositions = 1,
        });
        Config = WithRotation(Sizes(type));
    }

    public DecoderConfig Config { get; }

    /// <summary>The tensors that the configuration calls for, some of 16 bits.</summary>
    public MemoryTensors Weights()
    {
        using var generator = new Generator((ulong)_seed);
        var type = Pick(ScalarType.Float32, ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float16);
        var tensors = new Dictionary<string, Tensor>();
        foreach (var (name, shape) in Shapes())
        {
            var vector = shape.Length == 1;
            using var scope = NewDisposeScope();
            var values = randn(shape, generator: generator) * (vector ? 0.2 : name.StartsWith(_names.Embedding, StringComparison.Ordinal) ? 1 : 1 / Math.Sqrt(shape[_names.Transposed ? 0 : 1]));
            tensors[name] = (vector && name.EndsWith(".weight", StringComparison.Ordinal) ? values + 1 : values).to_type(type).MoveToOuterDisposeScope().DetachFromDisposeScope();
        }

        return new MemoryTensors(tensors);
    }

    /// <summary>Texts, one of them of a single token.</summary>
    public int[][] Texts()
    {
        int[] lengths = [1, _random.Next(1, 50), _random.Next(1, 20)];
        return [.. lengths.Select(length => Enumerable.Range(0, Config.LearnedPositions ? Math.Min(length, Config.MaxPositions) : length).Select(_ => _random.Next(Config.VocabularySize)).ToArray())];
    }

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];

    private bool Flip() => _random.Next(2) == 0;

    private DecoderConfig Sizes(string type)
    {
        int sharing = _names.InterleavedHeads ? 1 : Pick(1, 1, 2, 4), keyValueHeads = Pick(1, 2, 3), layers = _random.Next(1, 4);
        var window = Flip() ? _random.Next(1, 25) : (int?)null;
        return new DecoderConfig
        {
            ModelType = type,
            HiddenSize = Pick(8, 24, 31, 32, 33, 64),
            IntermediateSize = Pick(5, 32, 40, 64, 70),
            LayerCount = layers,
            AttentionHeads = keyValueHeads * sharing,
            KeyValueHeads = keyValueHeads,
            HeadSize = Pick(2, 4, 10, 16, 32, 34, 64, 80),
            VocabularySize = 37,
            MaxPositions = Pick(8, 64, 200),
            EmbeddingScale = Pick(1, 1, 5.656854249492381),
            LearnedPositions = _names.Positions is not null,
            Arrangement = Pick(Enum.GetValues<LayerArrangement>()),
            Norm = Pick(Enum.GetValues<NormKind>()),
            NormEpsilon = Pick(1e-6, 1e-5),
            NormWeightOffset = Pick(0, 0, 1),
            GatedFeedForward = _names.GateUp.Count == 2 || Flip(),
            Activation = Pick(Enum.GetValues<ActivationKind>()),
            FeedForwardBias = Flip(),
            AttentionBias = Flip(),
            AttentionOutputBias = Flip(),
            ProjectionClip = Pick<double?>(null, null, 1.5),
            QueryKeyNorm = Pick(Enum.GetValues<QueryKeyNorm>()),
            AttentionScaleByLayer = Flip(),
            AttentionSoftCap = Pick<double?>(null, 4),
            SlidingWindow = window,
            Spans = window is null ? [] : [.. Enumerable.Range(0, layers).Select(_ => Pick(Enum.GetValues<AttentionSpan>()))],
        };
    }

    private DecoderConfig WithRotation(DecoderConfig config)
    {
        config = Flip() ? config : config with { AttentionScale = 0.3 };
        config = Flip() ? config : config with { RotatedLayers = [.. Enumerable.Range(0, config.LayerCount).Select(_ => Flip())] };
        config = config with { RotarySize = Pick(config.HeadSize, config.HeadSize / 4 * 2, 0), RopeTheta = Pick(10000.0, 500000) };
        if (config.RotarySize < 4)
        {
            return config;
        }

        config = config with { RopeScaling = Scaling(config.RotarySize / 2, config.MaxPositions) };
        return Flip() ? config : config with { SlidingRope = new RopeSettings(1000, Scaling(config.RotarySize / 2, config.MaxPositions)) };
    }

    private RopeScaling Scaling(int frequencies, int positions) => new()
    {
        Kind = Pick(Enum.GetValues<RopeScalingKind>()),
        Factor = Pick(1.0, 2.5, 8),
        OriginalMaxPositions = Pick(4, 16, positions),
        AttentionFactor = Pick(1, 1.2),
        WholeRamp = Flip(),
        ShortFactors = [.. Enumerable.Range(0, frequencies).Select(_ => 1 + _random.NextDouble())],
        LongFactors = [.. Enumerable.Range(0, frequencies).Select(_ => 1 + 3 * _random.NextDouble())],
    };

    private IEnumerable<(string Name, long[] Shape)> Shapes()
    {
        long hidden = Config.HiddenSize;
        yield return ($"{_names.Embedding}.weight", [Config.VocabularySize, hidden]);
        if (Config.LearnedPositions)
        {
            yield return ($"{_names.Positions}.weight", [Config.MaxPositions, hidden]);
        }

        foreach (var shape in Enumerable.Range(0, Config.LayerCount).SelectMany(LayerShapes).Concat(NormShapes(_names.FinalNorm, hidden)))
        {
            yield return shape;
        }
    }

    private IEnumerable<(string Name, long[] Shape)> LayerShapes(int layer)
    {
        var prefix = _names.Layer(layer);
        long hidden = Config.HiddenSize, wide = Config.IntermediateSize, queries = Config.AttentionHeads * Config.HeadSize, keys = Config.KeyValueHeads * Config.HeadSize;
        long[] parts = _names.QueryKeyValue.Count == 3 ? [queries, keys, keys] : [queries + 2 * keys];
        var gateUp = Config.GatedFeedForward && _names.GateUp.Count == 1 ? 2 * wide : wide;
        var perHead = Config.QueryKeyNorm == QueryKeyNorm.PerHead;
        string?[] norms = [_names.AttentionNorm, _names.AttentionOutputNorm, _names.FeedForwardNorm, _names.FeedForwardOutputNorm];
        return
        [
            .. parts.SelectMany((rows, i) => MatrixShapes(prefix + _names.QueryKeyValue[i], rows, hidden, Config.AttentionBias)),
            .. MatrixShapes(prefix + _names.AttentionOutput, hidden, queries, Config.AttentionOutputBias),
            .. _names.GateUp.SelectMany(name => MatrixShapes(prefix + name, gateUp, hidden, Config.FeedForwardBias)),
            .. MatrixShapes(prefix + _names.Down, hidden, wide, Config.FeedForwardBias),
            .. norms.OfType<string>().SelectMany(name => NormShapes(prefix + name, hidden)),
            .. Config.QueryKeyNorm == QueryKeyNorm.None ? [] : NormShapes(prefix + _names.QueryNorm, perHead ? Config.HeadSize : queries),
            .. Config.QueryKeyNorm == QueryKeyNorm.None ? [] : NormShapes(prefix + _names.KeyNorm, perHead ? Config.HeadSize : keys),
        ];
    }

    private IEnumerable<(string Name, long[] Shape)> MatrixShapes(string name, long outputs, long inputs, bool bias)
    {
        yield return ($"{name}.weight", _names.Transposed ? [inputs, outputs] : [outputs, inputs]);
        if (bias)
        {
            yield return ($"{name}.bias", [outputs]);
        }
    }

    private IEnumerable<(string Name, long[] Shape)> NormShapes(string name, long size)
    {
        if (Config.Norm != NormKind.PlainLayer)
        {
            yield return ($"{name}.weight", [size]);
        }

        if (Config.Norm == NormKind.Layer)
        {
            yield return ($"{name}.bias", [size]);
        }
    }
}
