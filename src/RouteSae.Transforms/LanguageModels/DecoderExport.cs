using System.Text.Json;
using System.Text.Json.Nodes;
using RouteSae.Files;
using RouteSae.LanguageModels.Families;
using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>Writes a Llama model as a Hugging Face checkpoint folder: config.json and model.safetensors.</summary>
internal static class DecoderExport
{
    public static void Write(DecoderModel model, string folder, ScalarType type)
    {
        LlamaFamily.ThrowIfOther(model.Config);
        Directory.CreateDirectory(folder);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var tensors = Tensors(model).Select(pair => KeyValuePair.Create(pair.Key, pair.Value.to_type(type))).ToArray();
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), tensors, new Dictionary<string, string> { ["format"] = "pt" });
        AtomicFile.WriteText(Path.Combine(folder, "config.json"), Configuration(model.Config, type));
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Tensors(DecoderModel model)
    {
        var (config, names) = (model.Config, TensorNames.Llama("model."));
        yield return new($"{names.Embedding}.weight", model.Embedding);
        yield return new($"{names.FinalNorm}.weight", model.FinalNorm?.Weight ?? throw Incomplete());
        foreach (var pair in model.Layers.SelectMany((layer, index) => Layer(layer, config, names, names.Layer(index))))
            yield return pair;
        if (!config.TiedEmbeddings)
            yield return new($"{names.Head}.weight", model.Head ?? throw Incomplete());
    }

    private static InvalidOperationException Incomplete() =>
        new("Only a whole model can be written; this one was loaded without its upper part.");

    private static IEnumerable<KeyValuePair<string, Tensor>> Layer(DecoderLayer layer, DecoderConfig config, TensorNames names, string prefix)
    {
        int wide = config.IntermediateSize, queries = config.AttentionHeads * config.HeadSize, keys = config.KeyValueHeads * config.HeadSize;
        var (attention, feedForward, joint) = (layer.Attention, layer.FeedForward, names.QueryKeyValue);
        return
        [
            new($"{prefix}{names.AttentionNorm}.weight", layer.AttentionNorm!.Weight!),
            .. Rows(prefix, attention.QueryKeyValue, attention.QueryKeyValueBias, (joint[0], queries), (joint[1], keys), (joint[2], keys)),
            .. Rows(prefix, attention.Output, attention.OutputBias, (names.AttentionOutput, config.HiddenSize)),
            new($"{prefix}{names.FeedForwardNorm}.weight", layer.FeedForwardNorm!.Weight!),
            .. Rows(prefix, feedForward.GateUp, feedForward.GateUpBias, (names.GateUp[0], wide), (names.GateUp[1], wide)),
            .. Rows(prefix, feedForward.Down, feedForward.DownBias, (names.Down, config.HiddenSize)),
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
            ["rope_scaling"] = RopeScalingJson.Of(config.RopeScaling),
            ["hidden_act"] = "silu",
            ["attention_bias"] = config.AttentionBias,
            ["mlp_bias"] = config.FeedForwardBias,
            ["tie_word_embeddings"] = config.TiedEmbeddings,
            ["torch_dtype"] = type == ScalarType.BFloat16 ? "bfloat16" : "float32",
        };
        if (config.Padding is { } padding)
            json["pad_token_id"] = padding;
        if (config.RepetitionPenalty != 1)
            json["repetition_penalty"] = config.RepetitionPenalty;
        json["eos_token_id"] = config.EndOfSequence switch
        {
            [] => null,
            [var only] => only,
            var several => new JsonArray([.. several.Select(id => JsonValue.Create(id))]),
        };
        return json.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n";
    }
}
