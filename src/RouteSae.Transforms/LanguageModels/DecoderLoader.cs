using RouteSae.Storage;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>Reads the tensors of a checkpoint into a <see cref="DecoderModel"/>.</summary>
internal sealed class DecoderLoader
{
    private readonly DecoderConfig _config;
    private readonly ITensorSource _weights;
    private readonly DecoderLoadOptions _options;
    private readonly ScalarType _type;

    public DecoderLoader(DecoderConfig config, ITensorSource weights, DecoderLoadOptions options)
    {
        (_config, _weights, _options) = (config, weights, options);
        _type = options.Precision switch
        {
            Precision.Float32 => ScalarType.Float32,
            Precision.BFloat16 => ScalarType.BFloat16,
            _ => NativeBFloat16.IsFast(options.Device) ? ScalarType.BFloat16 : ScalarType.Float32,
        };
    }

    public DecoderModel Load()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var last = _options.LastHiddenState ?? _config.LayerCount;
        if (last < 0 || last > _config.LayerCount)
        {
            throw new ArgumentOutOfRangeException(
                nameof(DecoderLoadOptions.LastHiddenState), last,
                $"Hidden state {last} does not exist in {_weights.Location} (hidden states 0 to {_config.LayerCount}).");
        }
        int hidden = _config.HiddenSize, vocabulary = _config.VocabularySize;
        var whole = _options.LastHiddenState is null;
        var embedding = Load("model.embed_tokens.weight", vocabulary, hidden);
        var layers = Enumerable.Range(0, last).Select(LoadLayer).ToArray();
        var finalNorm = last == _config.LayerCount ? Load("model.norm.weight", hidden) : null;
        var head = !whole ? null : _config.TiedEmbeddings ? embedding.alias() : Load("lm_head.weight", vocabulary, hidden);
        // The model owns its tensors: one loaded within a caller's dispose scope outlives that scope.
        foreach (var tensor in layers.SelectMany(layer => layer.Parameters).Append(embedding))
            tensor.DetachFromDisposeScope();
        return new DecoderModel(_config, embedding, layers, finalNorm?.DetachFromDisposeScope(), head?.DetachFromDisposeScope());
    }

    private DecoderLayer LoadLayer(int index)
    {
        var prefix = $"model.layers.{index}.";
        int hidden = _config.HiddenSize, wide = _config.IntermediateSize;
        var queries = _config.AttentionHeads * _config.HeadSize;
        var keys = _config.KeyValueHeads * _config.HeadSize;
        return new DecoderLayer(_config)
        {
            AttentionNorm = Load(prefix + "input_layernorm.weight", hidden),
            QueryKeyValue = cat(
            [
                Load(prefix + "self_attn.q_proj.weight", queries, hidden),
                Load(prefix + "self_attn.k_proj.weight", keys, hidden),
                Load(prefix + "self_attn.v_proj.weight", keys, hidden),
            ]),
            QueryKeyValueBias = !_config.AttentionBias ? null : cat(
            [
                Load(prefix + "self_attn.q_proj.bias", queries),
                Load(prefix + "self_attn.k_proj.bias", keys),
                Load(prefix + "self_attn.v_proj.bias", keys),
            ]),
            AttentionOutput = Load(prefix + "self_attn.o_proj.weight", hidden, queries),
            AttentionOutputBias = _config.AttentionBias ? Load(prefix + "self_attn.o_proj.bias", hidden) : null,
            FeedForwardNorm = Load(prefix + "post_attention_layernorm.weight", hidden),
            GateUp = cat([Load(prefix + "mlp.gate_proj.weight", wide, hidden), Load(prefix + "mlp.up_proj.weight", wide, hidden)]),
            GateUpBias = !_config.FeedForwardBias ? null : cat([Load(prefix + "mlp.gate_proj.bias", wide), Load(prefix + "mlp.up_proj.bias", wide)]),
            Down = Load(prefix + "mlp.down_proj.weight", hidden, wide),
            DownBias = _config.FeedForwardBias ? Load(prefix + "mlp.down_proj.bias", hidden) : null,
        };
    }

    private Tensor Load(string name, params long[] shape)
    {
        if (!_weights.Contains(name))
            throw new LanguageModelFormatException($"{_weights.Location} has no tensor '{name}', which a {_config.ModelType} model of {_config.LayerCount} layers needs.");
        var entry = _weights.Entry(name);
        if (!entry.Shape.SequenceEqual(shape))
        {
            throw new LanguageModelFormatException(
                $"{_weights.Location}: tensor '{name}' has shape [{string.Join(", ", entry.Shape)}]; the configuration says [{string.Join(", ", shape)}].");
        }
        return _weights.Load(name, _type, _options.Device);
    }
}
