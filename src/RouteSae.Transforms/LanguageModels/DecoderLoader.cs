using RouteSae.Storage;
using TorchSharp;
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
        _names = TensorNames.In(weights.Names);
        _reader = new WeightReader(weights, config.ModelType, TypeFor(options), options.Device);
    }

    public DecoderModel Load()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        int hidden = _config.HiddenSize, vocabulary = _config.VocabularySize;
        var depth = _options.LastHiddenState ?? _config.LayerCount;
        var embedding = _reader.Read(_names.Embedding, vocabulary, hidden);
        var layers = Enumerable.Range(0, depth).Select(LoadLayer).ToArray();
        var finalNorm = depth == _config.LayerCount ? _reader.Read(_names.FinalNorm, hidden) : null;
        var head = _options.LastHiddenState is not null ? null
            : _config.TiedEmbeddings ? embedding.alias()
            : _reader.Read(_names.Head, vocabulary, hidden);

        // The model owns its weights, whatever scope it is loaded in.
        foreach (var tensor in layers.SelectMany(layer => layer.Parameters).Concat(new[] { embedding, finalNorm, head }.OfType<Tensor>()))
            tensor.DetachFromDisposeScope();
        return new DecoderModel(_config, embedding, layers, finalNorm, head);
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
        long hidden = _config.HiddenSize, wide = _config.IntermediateSize;
        var queries = (long)_config.AttentionHeads * _config.HeadSize;
        var keys = (long)_config.KeyValueHeads * _config.HeadSize;
        (string, long)[] attention = [(_names.Query, queries), (_names.Key, keys), (_names.Value, keys)];
        (string, long)[] feedForward = [(_names.Gate, wide), (_names.Up, wide)];
        var layer = new DecoderLayer(_config)
        {
            AttentionNorm = _reader.Read($"{prefix}{_names.AttentionNorm}.weight", hidden),
            QueryKeyValue = Weights(prefix, attention, hidden),
            QueryKeyValueBias = _config.AttentionBias ? Biases(prefix, attention) : null,
            AttentionOutput = _reader.Read($"{prefix}{_names.AttentionOutput}.weight", hidden, queries),
            AttentionOutputBias = _config.AttentionBias ? _reader.Read($"{prefix}{_names.AttentionOutput}.bias", hidden) : null,
            FeedForwardNorm = _reader.Read($"{prefix}{_names.FeedForwardNorm}.weight", hidden),
            GateUp = Weights(prefix, feedForward, hidden),
            GateUpBias = _config.FeedForwardBias ? Biases(prefix, feedForward) : null,
            Down = _reader.Read($"{prefix}{_names.Down}.weight", hidden, wide),
            DownBias = _config.FeedForwardBias ? _reader.Read($"{prefix}{_names.Down}.bias", hidden) : null,
        };
        _reader.RefuseUnread(prefix);
        return layer;
    }

    private Tensor Weights(string prefix, IEnumerable<(string Name, long Rows)> parts, long columns) =>
        _reader.Stack([.. parts.Select(part => ($"{prefix}{part.Name}.weight", part.Rows))], columns);

    private Tensor Biases(string prefix, IEnumerable<(string Name, long Rows)> parts) =>
        _reader.Stack([.. parts.Select(part => ($"{prefix}{part.Name}.bias", part.Rows))]);
}
