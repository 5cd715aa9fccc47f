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
        var (config, names) = (model.Config, TensorNames.Llama);
        yield return new(names.Embedding, model.Embedding);
        yield return new(names.FinalNorm, model.FinalNorm ?? throw Incomplete());
        foreach (var pair in model.Layers.SelectMany((layer, index) => Layer(layer, config, names, names.Layer(index))))
            yield return pair;
        if (!config.TiedEmbeddings)
            yield return new(names.Head, model.Head ?? throw Incomplete());
    }

    private static InvalidOperationException Incomplete() =>
        new("Only a whole model can be written; this one was loaded without its upper part.");

    private static IEnumerable<KeyValuePair<string, Tensor>> Layer(DecoderLayer layer, DecoderConfig config, TensorNames names, string prefix)
    {
        int wide = config.IntermediateSize, queries = config.AttentionHeads * config.HeadSize, keys = config.KeyValueHeads * config.HeadSize;
        return
        [
            new($"{prefix}{names.AttentionNorm}.weight", layer.AttentionNorm),
            .. Rows(prefix, layer.QueryKeyValue, layer.QueryKeyValueBias, (names.Query, queries), (names.Key, keys), (names.Value, keys)),
            .. Rows(prefix, layer.AttentionOutput, layer.AttentionOutputBias, (names.AttentionOutput, config.HiddenSize)),
            new($"{prefix}{names.FeedForwardNorm}.weight", layer.FeedForwardNorm),
            .. Rows(prefix, layer.GateUp, layer.GateUpBias, (names.Gate, wide), (names.Up, wide)),
            .. Rows(prefix, layer.Down, layer.DownBias, (names.Down, config.HiddenSize)),
        ];
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Rows(
        string prefix, Tensor weight, Tensor? bias, params (string Name, long Rows)[] parts)
    {
        long start = 0;
        foreach (var (name, rows) in parts)
        {
            yield return new($"{prefix}{name}.weight", weight.narrow(0, start, rows));
            if (bias is not null)
                yield return new($"{prefix}{name}.bias", bias.narrow(0, start, rows));
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
