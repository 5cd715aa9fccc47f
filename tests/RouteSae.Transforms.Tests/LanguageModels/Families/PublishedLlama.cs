using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels.Families;

/// <summary>Llama and the families that are nearly one: Mistral, Qwen 2 and 3, SmolLM 3, OLMo, OLMo 2, Phi-3.</summary>
internal sealed class PublishedLlama(JsonObject config) : PublishedDecoder(config)
{
    private readonly JsonObject _config = config;

    private string Family => (string)_config["model_type"]!;

    private double Theta => _config["rope_theta"] is { } value ? (double)value : Family == "smollm3" ? 2000000 : 10000;

    protected override bool TiedByDefault => Family == "smollm3";

    protected override Tensor FinalNorm(Tensor x) => Family == "olmo" ? Standardised(x, 1e-5) : RootMeanSquare(x, "model.norm");

    protected override Tensor Layer(Tensor x, int layer)
    {
        var prefix = $"model.layers.{layer}.";
        switch (Family)
        {
            case "olmo2":
                var h = x + RootMeanSquare(Attention(x, layer), prefix + "post_attention_layernorm");
                return h + RootMeanSquare(FeedForward(h, prefix), prefix + "post_feedforward_layernorm");
            case "olmo":
                h = x + Attention(Standardised(x, 1e-5), layer);
                return h + FeedForward(Standardised(h, 1e-5), prefix);
            default:
                h = x + Attention(RootMeanSquare(x, prefix + "input_layernorm"), layer);
                return h + FeedForward(RootMeanSquare(h, prefix + "post_attention_layernorm"), prefix);
        }
    }

    private Tensor Attention(Tensor x, int layer)
    {
        var prefix = $"model.layers.{layer}.self_attn.";
        var (query, key, value) = Projections(x, prefix);
        if (Family == "olmo" && _config["clip_qkv"] is { } clip)
            (query, key, value) = (query.clamp(-(double)clip, (double)clip), key.clamp(-(double)clip, (double)clip), value.clamp(-(double)clip, (double)clip));
        if (Family == "olmo2")
            (query, key) = (RootMeanSquare(query, prefix + "q_norm"), RootMeanSquare(key, prefix + "k_norm"));
        if (Family == "qwen3")
            (query, key) = (EachHead(query, head => RootMeanSquare(head, prefix + "q_norm")), EachHead(key, head => RootMeanSquare(head, prefix + "k_norm")));
        var rotates = Family != "smollm3" || (_config["no_rope_layers"] is { } listed ? (int)listed[layer]! == 1 : (layer + 1) % 4 != 0);
        if (rotates)
        {
            var size = (int)(HeadSize * (_config["partial_rotary_factor"] is { } part ? (double)part : 1));
            query = Rotate(query, Theta, _config["rope_scaling"] as JsonObject, size);
            key = Rotate(key, Theta, _config["rope_scaling"] as JsonObject, size);
        }

        return Linear(Attend(query, key, value, 1 / Math.Sqrt(HeadSize), Window(layer)), prefix + "o_proj", D, Family != "qwen2" && Flag("attention_bias"));
    }

    private (Tensor Query, Tensor Key, Tensor Value) Projections(Tensor x, string prefix)
    {
        int queries = Heads * HeadSize, keys = KeyValueHeads * HeadSize;
        if (Family == "phi3")
        {
            var joint = Linear(x, prefix + "qkv_proj", queries + 2 * keys, bias: false);
            return (joint.narrow(1, 0, queries), joint.narrow(1, queries, keys), joint.narrow(1, queries + keys, keys));
        }

        var bias = Family == "qwen2" || Flag("attention_bias");
        return (Linear(x, prefix + "q_proj", queries, bias), Linear(x, prefix + "k_proj", keys, bias), Linear(x, prefix + "v_proj", keys, bias));
    }

    private int? Window(int layer) => Family switch
    {
        "mistral" or "phi3" => (int?)_config["sliding_window"],
        "qwen2" or "qwen3" when Flag("use_sliding_window") =>
            (_config["layer_types"] is { } kinds ? (string)kinds[layer]! == "sliding_attention" : layer >= Whole("max_window_layers")) ? Whole("sliding_window") : null,
        _ => null,
    };

    private Tensor FeedForward(Tensor x, string prefix)
    {
        var bias = Flag("mlp_bias");
        if (Family == "phi3")
        {
            var joint = Linear(x, prefix + "mlp.gate_up_proj", 2 * Wide, bias: false);
            return Linear(Silu(joint.narrow(1, 0, Wide)) * joint.narrow(1, Wide, Wide), prefix + "mlp.down_proj", D, bias: false);
        }

        return Linear(Silu(Linear(x, prefix + "mlp.gate_proj", Wide, bias)) * Linear(x, prefix + "mlp.up_proj", Wide, bias), prefix + "mlp.down_proj", D, bias);
    }
}
