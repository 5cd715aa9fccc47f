using System.Text.Json;
using System.Text.Json.Nodes;
using RouteSae.Storage;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>Writes a model as a Hugging Face checkpoint folder: config.json and model.safetensors.</summary>
internal static class DecoderExport
{
    public static void Write(DecoderModel model, string folder, ScalarType type)
    {
        Directory.CreateDirectory(folder);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var tensors = Tensors(model).Select(pair => KeyValuePair.Create(pair.Key, pair.Value.to_type(type))).ToArray();
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), tensors, new Dictionary<string, string> { ["format"] = "pt" });
        AtomicFile.WriteText(Path.Combine(folder, "config.json"), Configuration(model.Config, type));
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Tensors(DecoderModel model)
    {
        var config = model.Config;
        int wide = config.IntermediateSize, queries = config.AttentionHeads * config.HeadSize, keys = config.KeyValueHeads * config.HeadSize;
        yield return new("model.embed_tokens.weight", model.Embedding);
        for (var index = 0; index < model.Layers.Count; index++)
        {
            var layer = model.Layers[index];
            var prefix = $"model.layers.{index}.";
            yield return new(prefix + "input_layernorm.weight", layer.AttentionNorm);
            foreach (var pair in Rows(prefix, "self_attn.", layer.QueryKeyValue, layer.QueryKeyValueBias, ("q_proj", queries), ("k_proj", keys), ("v_proj", keys)))
                yield return pair;
            foreach (var pair in Rows(prefix, "self_attn.", layer.AttentionOutput, layer.AttentionOutputBias, ("o_proj", config.HiddenSize)))
                yield return pair;
            yield return new(prefix + "post_attention_layernorm.weight", layer.FeedForwardNorm);
            foreach (var pair in Rows(prefix, "mlp.", layer.GateUp, layer.GateUpBias, ("gate_proj", wide), ("up_proj", wide)))
                yield return pair;
            foreach (var pair in Rows(prefix, "mlp.", layer.Down, layer.DownBias, ("down_proj", config.HiddenSize)))
                yield return pair;
        }
        yield return new("model.norm.weight", model.FinalNorm ?? throw new InvalidOperationException("Only a whole model can be written; this one was loaded without its upper layers."));
        if (!config.TiedEmbeddings)
            yield return new("lm_head.weight", model.Head!);
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Rows(
        string prefix, string block, Tensor weight, Tensor? bias, params (string Name, long Rows)[] parts)
    {
        long start = 0;
        foreach (var (name, rows) in parts)
        {
            yield return new($"{prefix}{block}{name}.weight", weight.narrow(0, start, rows));
            if (bias is not null)
                yield return new($"{prefix}{block}{name}.bias", bias.narrow(0, start, rows));
            start += rows;
        }
    }

    private static string Configuration(DecoderConfig config, ScalarType type)
    {
        var json = new JsonObject
        {
            ["architectures"] = new JsonArray("LlamaForCausalLM"),
            ["model_type"] = config.ModelType,
            ["hidden_size"] = config.HiddenSize,
            ["intermediate_size"] = config.IntermediateSize,
            ["num_hidden_layers"] = config.LayerCount,
            ["num_attention_heads"] = config.AttentionHeads,
            ["num_key_value_heads"] = config.KeyValueHeads,
            ["head_dim"] = config.HeadSize,
            ["vocab_size"] = config.VocabularySize,
            ["max_position_embeddings"] = config.MaxPositions,
            ["rms_norm_eps"] = config.NormEpsilon,
            ["rope_theta"] = config.RopeTheta,
            ["rope_scaling"] = Scaling(config.RopeScaling),
            ["hidden_act"] = "silu",
            ["attention_bias"] = config.AttentionBias,
            ["mlp_bias"] = config.FeedForwardBias,
            ["tie_word_embeddings"] = config.TiedEmbeddings,
            ["torch_dtype"] = type == ScalarType.BFloat16 ? "bfloat16" : "float32",
        };
        if (config.EndOfSequence.Count > 0)
            json["eos_token_id"] = config.EndOfSequence.Count == 1 ? config.EndOfSequence[0] : new JsonArray([.. config.EndOfSequence.Select(id => JsonValue.Create(id))]);
        return json.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n";
    }

    private static JsonObject? Scaling(RopeScaling scaling) => scaling.Kind switch
    {
        RopeScalingKind.Linear => new JsonObject { ["rope_type"] = "linear", ["factor"] = scaling.Factor },
        RopeScalingKind.Llama3 => new JsonObject
        {
            ["rope_type"] = "llama3",
            ["factor"] = scaling.Factor,
            ["low_freq_factor"] = scaling.LowFrequencyFactor,
            ["high_freq_factor"] = scaling.HighFrequencyFactor,
            ["original_max_position_embeddings"] = scaling.OriginalMaxPositions,
        },
        _ => null,
    };
}
