using RouteSae.LanguageModels.Families;

namespace RouteSae.LanguageModels.Engine;

/// <summary>Reads the tensors of a checkpoint into a <see cref="DecoderEngine"/>.</summary>
internal sealed class EngineLoader
{
    private readonly DecoderConfig _config;
    private readonly int _depth;
    private readonly TensorNames _names;
    private readonly EngineWeightReader _reader;
    private readonly ProjectionReader _projections;

    public EngineLoader(DecoderConfig config, IWeightSource weights, int? lastHiddenState)
    {
        DecoderConfigCheck.ThrowIfInvalid(config);
        ArgumentNullException.ThrowIfNull(weights);
        if (lastHiddenState is { } last && (last < 0 || last > config.LayerCount))
        {
            throw new ArgumentOutOfRangeException(
                nameof(lastHiddenState), last,
                $"Hidden state {last} does not exist in this {config.ModelType} model (hidden states 0 to {config.LayerCount}).");
        }

        (_config, _depth) = (config, lastHiddenState ?? config.LayerCount);
        _names = DecoderFamilies.Find(config.ModelType).NamesIn(weights.Names, config);
        _reader = new EngineWeightReader(weights, config.ModelType);
        _projections = new ProjectionReader(_reader, _names.Transposed);
    }

    public EngineWeights Load() => new()
    {
        Config = _config,
        Embedding = _reader.Table($"{_names.Embedding}.weight", _config.VocabularySize, _config.HiddenSize),
        Positions = _config.LearnedPositions ? _reader.Table($"{_names.Positions}.weight", _config.MaxPositions, _config.HiddenSize) : null,
        Layers = [.. Enumerable.Range(0, _depth).Select(LoadLayer)],
        FinalNorm = _depth == _config.LayerCount ? ReadNorm(_names.FinalNorm, _config.HiddenSize) : null,
    };

    private EngineLayer LoadLayer(int index)
    {
        var prefix = _names.Layer(index);
        int hidden = _config.HiddenSize, queries = _config.AttentionHeads * _config.HeadSize, keys = _config.KeyValueHeads * _config.HeadSize;
        var perHead = _config.QueryKeyNorm == QueryKeyNorm.PerHead;
        var normed = _config.QueryKeyNorm != QueryKeyNorm.None;
        var layer = new EngineLayer
        {
            AttentionNorm = LayerNorm(prefix, _names.AttentionNorm),
            QueryKeyValue = _projections.Read(prefix, QueryKeyValue(queries, keys), queries + 2 * keys, hidden, _config.AttentionBias),
            QueryNorm = normed ? ReadNorm(prefix + _names.QueryNorm, perHead ? _config.HeadSize : queries) : null,
            KeyNorm = normed ? ReadNorm(prefix + _names.KeyNorm, perHead ? _config.HeadSize : keys) : null,
            Output = _projections.Read(prefix, [(_names.AttentionOutput, hidden, row => row)], hidden, queries, _config.AttentionOutputBias),
            AttentionOutputNorm = LayerNorm(prefix, _names.AttentionOutputNorm),
            FeedForwardNorm = LayerNorm(prefix, _names.FeedForwardNorm),
            GateUp = GateUp(prefix),
            Down = _projections.Read(prefix, [(_names.Down, hidden, row => row)], hidden, _config.IntermediateSize, _config.FeedForwardBias),
            FeedForwardOutputNorm = LayerNorm(prefix, _names.FeedForwardOutputNorm),
        };
        _reader.RefuseUnread(prefix, _names.Constants);
        return layer;
    }

    private (string Name, int Rows, Func<int, int> Place)[] QueryKeyValue(int queries, int keys)
    {
        var names = _names.QueryKeyValue;
        if (names.Count == 3)
        {
            return [(names[0], queries, row => row), (names[1], keys, row => queries + row), (names[2], keys, row => queries + keys + row)];
        }

        if (!_names.InterleavedHeads)
        {
            return [(names[0], queries + 2 * keys, row => row)];
        }

        // Head by head: its query, its key, its value.
        int size = _config.HeadSize, heads = _config.AttentionHeads;
        return [(names[0], 3 * queries, row => (row / size % 3 * heads + row / (3 * size)) * size + row % size)];
    }

    private EngineProjection GateUp(string prefix)
    {
        int wide = _config.IntermediateSize, gate = EngineSizes.Filled(wide), names = _names.GateUp.Count;
        (string, int, Func<int, int>)[] parts = !_config.GatedFeedForward ? [(_names.GateUp[0], wide, row => row)]
            : names == 1 ? [(_names.GateUp[0], 2 * wide, row => row < wide ? row : gate + row - wide)]
            : [(_names.GateUp[0], wide, row => row), (_names.GateUp[1], wide, row => gate + row)];
        return _projections.Read(prefix, parts, _config.GatedFeedForward ? gate + wide : wide, _config.HiddenSize, _config.FeedForwardBias);
    }

    private EngineNorm? LayerNorm(string prefix, string? name) => name is null ? null : ReadNorm(prefix + name, _config.HiddenSize);

    private EngineNorm ReadNorm(string name, int size) => new(
        _config.Norm,
        _config.NormEpsilon,
        size,
        _config.Norm == NormKind.PlainLayer ? null : _reader.Vector($"{name}.weight", size, _config.NormWeightOffset),
        _config.Norm == NormKind.Layer ? _reader.Vector($"{name}.bias", size) : null);
}
