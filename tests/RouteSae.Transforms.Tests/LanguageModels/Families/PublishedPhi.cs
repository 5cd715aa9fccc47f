using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels.Families;

/// <summary>Phi-1 to 2.</summary>
internal sealed class PublishedPhi(JsonObject config) : PublishedDecoder(config)
{
    private readonly JsonObject _config = config;

    public override Tensor Logits(Tensor last) => Linear(last, "lm_head", Whole("vocab_size"), bias: true);

    protected override Tensor FinalNorm(Tensor x) => LayerNorm(x, "model.final_layernorm");

    protected override Tensor Layer(Tensor x, int layer)
    {
        var name = $"model.layers.{layer}.";
        var normed = LayerNorm(x, name + "input_layernorm");
        var fed = Linear(GeluTanh(Linear(normed, name + "mlp.fc1", Wide, bias: true)), name + "mlp.fc2", D, bias: true);
        return Attention(normed, name + "self_attn.") + fed + x;
    }

    private Tensor Attention(Tensor x, string name)
    {
        Tensor query = Linear(x, name + "q_proj", Heads * HeadSize, true), key = Linear(x, name + "k_proj", KeyValueHeads * HeadSize, true);
        var value = Linear(x, name + "v_proj", KeyValueHeads * HeadSize, true);
        if (Flag("qk_layernorm"))
            (query, key) = (EachHead(query, head => LayerNorm(head, name + "q_layernorm")), EachHead(key, head => LayerNorm(head, name + "k_layernorm")));
        var size = (int)(HeadSize * Number("partial_rotary_factor"));
        var scaling = _config["rope_scaling"] as JsonObject;
        return Linear(
            Attend(Rotate(query, 10000, scaling, size), Rotate(key, 10000, scaling, size), value, 1 / Math.Sqrt(HeadSize)), name + "dense", D, true);
    }
}
