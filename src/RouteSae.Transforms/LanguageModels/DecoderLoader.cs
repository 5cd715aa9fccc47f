using RouteSae.Kernels;
using RouteSae.LanguageModels.Families;
using RouteSae.LanguageModels.Torch;
using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>Reads the tensors of a checkpoint into a <see cref="DecoderModel"/>.</summary>
internal sealed class DecoderLoader
{
    private readonly DecoderConfig _config;
    private readonly DecoderLoadOptions _options;
    private readonly TensorNames _names;
    private readonly WeightReader _reader;

    public DecoderLoader(DecoderConfig config, ITensorSource weights, DecoderLoadOptions options)
    {
        DecoderConfigCheck.ThrowIfInvalid(config);
        ArgumentNullException.ThrowIfNull(weights);
        if (options.LastHiddenState is { } last && (last < 0 || last > config.LayerCount))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), last,
                $"Hidden state {last} does not exist in this {config.ModelType} model (hidden states 0 to {config.LayerCount}).");
        }

        (_config, _options) = (config, options);
        _names = DecoderFamilies.Find(config.ModelType).NamesIn(weights.Names, config);
        _reader = new WeightReader(weights, config.ModelType, TypeFor(options), options.Device);
    }

    public DecoderModel Load()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        int hidden = _config.HiddenSize, vocabulary = _config.VocabularySize;
        var depth = _options.LastHiddenState ?? _config.LayerCount;
        var embedding = _reader.Read($"{_names.Embedding}.weight", vocabulary, hidden);
        var parts = new DecoderParts
        {
            Embedding = embedding,
            Positions = _config.LearnedPositions ? _reader.Read($"{_names.Positions}.weight", _config.MaxPositions, hidden) : null,
            Layers = [.. Enumerable.Range(0, depth).Select(LoadLayer)],
            FinalNorm = depth == _config.LayerCount ? ReadNorm(_names.FinalNorm, hidden) : null,
            Head = _options.LastHiddenState is not null ? null
                : _config.TiedEmbeddings ? embedding.alias()
                : _reader.Read($"{_names.Head}.weight", vocabulary, hidden),
            HeadBias = _config.HeadBias && _options.LastHiddenState is null ? _reader.Read($"{_names.Head}.bias", vocabulary) : null,
        };

        // The model owns its weights, whatever scope it is loaded in.
        foreach (var tensor in parts.All)
            tensor.DetachFromDisposeScope();
        return new DecoderModel(_config, parts);
    }

    private static ScalarType TypeFor(DecoderLoadOptions options) => options.Precision switch
    {
        Precision.Float32 => ScalarType.Float32,
        Precision.BFloat16 => ScalarType.BFloat16,
        _ => NativeBFloat16.IsFast(options.Device) ? ScalarType.BFloat16 : ScalarType.Float32,
    };

    private DecoderLayer LoadLayer(int index)
    {
        var prefix = _names.Layer(index);
        var layer = new DecoderLayer(_config)
        {
            AttentionNorm = LayerNorm(prefix, _names.AttentionNorm),
            Attention = LoadAttention(prefix, index),
            AttentionOutputNorm = LayerNorm(prefix, _names.AttentionOutputNorm),
            FeedForwardNorm = LayerNorm(prefix, _names.FeedForwardNorm),
            FeedForward = LoadFeedForward(prefix),
            FeedForwardOutputNorm = LayerNorm(prefix, _names.FeedForwardOutputNorm),
        };
        _reader.RefuseUnread(prefix, _names.Constants);
        return layer;
    }

    private SelfAttention LoadAttention(string prefix, int index)
    {
        long hidden = _config.HiddenSize;
        var queries = (long)_config.AttentionHeads * _config.HeadSize;
        var keys = (long)_config.KeyValueHeads * _config.HeadSize;
        var perHead = _config.QueryKeyNorm == QueryKeyNorm.PerHead;
        var normed = _config.QueryKeyNorm != QueryKeyNorm.None;
        return new SelfAttention(_config, index)
        {
            QueryKeyValue = QueryKeyValue(prefix, ".weight", queries, keys, hidden),
            QueryKeyValueBias = _config.AttentionBias ? QueryKeyValue(prefix, ".bias", queries, keys) : null,
            Output = Matrix($"{prefix}{_names.AttentionOutput}.weight", hidden, queries),
            OutputBias = _config.AttentionOutputBias ? _reader.Read($"{prefix}{_names.AttentionOutput}.bias", hidden) : null,
            QueryNorm = normed ? ReadNorm(prefix + _names.QueryNorm, perHead ? _config.HeadSize : queries) : null,
            KeyNorm = normed ? ReadNorm(prefix + _names.KeyNorm, perHead ? _config.HeadSize : keys) : null,
        };
    }

    private FeedForward LoadFeedForward(string prefix)
    {
        long hidden = _config.HiddenSize, wide = _config.IntermediateSize;
        var rows = _config.GatedFeedForward && _names.GateUp.Count == 1 ? 2 * wide : wide;
        return new FeedForward(_config)
        {
            GateUp = _names.Transposed
                ? Matrix($"{prefix}{_names.GateUp[0]}.weight", rows, hidden)
                : _reader.Stack([.. _names.GateUp.Select(name => ($"{prefix}{name}.weight", rows))], hidden),
            GateUpBias = _config.FeedForwardBias ? _reader.Stack([.. _names.GateUp.Select(name => ($"{prefix}{name}.bias", rows))]) : null,
            Down = Matrix($"{prefix}{_names.Down}.weight", hidden, wide),
            DownBias = _config.FeedForwardBias ? _reader.Read($"{prefix}{_names.Down}.bias", hidden) : null,
        };
    }

    /// <summary>All queries, then all keys, then all values.</summary>
    private Tensor QueryKeyValue(string prefix, string ending, long queries, long keys, params long[] shape)
    {
        var names = _names.QueryKeyValue.Select(name => prefix + name + ending).ToArray();
        if (names.Length == 3)
            return _reader.Stack([(names[0], queries), (names[1], keys), (names[2], keys)], shape);
        if (_names.InterleavedHeads)
            return _reader.Deinterleave(names[0], _config.AttentionHeads, parts: 3, _config.HeadSize, shape);
        return shape is [var columns] ? Matrix(names[0], queries + 2 * keys, columns) : _reader.Read(names[0], queries + 2 * keys);
    }

    /// <summary>[outputs, inputs], whichever way it is stored.</summary>
    private Tensor Matrix(string name, long outputs, long inputs) =>
        _names.Transposed ? _reader.Read(name, inputs, outputs).t() : _reader.Read(name, outputs, inputs);

    private Norm? LayerNorm(string prefix, string? name) => name is null ? null : ReadNorm(prefix + name, _config.HiddenSize);

    private Norm ReadNorm(string name, long size) => new(
        _config.Norm,
        _config.NormEpsilon,
        _config.Norm == NormKind.PlainLayer ? null : _reader.ReadNorm($"{name}.weight", size, _config.NormWeightOffset),
        _config.Norm == NormKind.Layer ? _reader.ReadNorm($"{name}.bias", size, 0) : null);
}
