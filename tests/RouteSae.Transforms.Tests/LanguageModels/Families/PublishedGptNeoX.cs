using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels.Families;

/// <summary>GPT-NeoX.</summary>
internal sealed class PublishedGptNeoX(JsonObject config) : PublishedDecoder(config)
{
    private readonly JsonObject _config = config;

    protected override Tensor Embedding => Weight("gpt_neox.embed_in.weight", Whole("vocab_size"), D);

    public override Tensor Logits(Tensor last) => Linear(last, "embed_out", Whole("vocab_size"), bias: false);

    protected override Tensor FinalNorm(Tensor x) => LayerNorm(x, "gpt_neox.final_layer_norm");

    protected override Tensor Layer(Tensor x, int layer)
    {
        var name = $"gpt_neox.layers.{layer}.";
        var attended = Attention(LayerNorm(x, name + "input_layernorm"), name + "attention.");
        var h = Flag("use_parallel_residual", true) ? x : x + attended;
        var fed = FeedForward(LayerNorm(h, name + "post_attention_layernorm"), name + "mlp.");
        return Flag("use_parallel_residual", true) ? x + attended + fed : h + fed;
    }

    private Tensor Attention(Tensor x, string name)
    {
        var bias = Flag("attention_bias", true);
        var joint = Linear(x, name + "query_key_value", 3 * D, bias);
        // Head by head: query, key, value.
        Tensor Part(int part) => cat([.. Enumerable.Range(0, Heads).Select(head => joint.narrow(1, (3 * head + part) * HeadSize, HeadSize))], 1);
        var size = (int)(HeadSize * Number("rotary_pct"));
        var theta = Number("rotary_emb_base");
        var scaling = _config["rope_scaling"] as JsonObject;
        return Linear(
            Attend(Rotate(Part(0), theta, scaling, size), Rotate(Part(1), theta, scaling, size), Part(2), 1 / Math.Sqrt(HeadSize)), name + "dense", D, bias);
    }

    private Tensor FeedForward(Tensor x, string name)
    {
        var wide = Linear(x, name + "dense_h_to_4h", Wide, bias: true);
        return Linear((string)_config["hidden_act"]! == "relu" ? wide.relu() : Gelu(wide), name + "dense_4h_to_h", D, bias: true);
    }
}
