using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels.Families;

/// <summary>Gemma 1, 2 and 3.</summary>
/// <param name="config">The configuration of the text model.</param>
/// <param name="prefix">What precedes its tensors.</param>
internal sealed class PublishedGemma(JsonObject config, string prefix = "model.") : PublishedDecoder(config)
{
    private readonly JsonObject _config = config;

    private int Number1To3 => (string)_config["model_type"]! switch { "gemma" => 1, "gemma2" => 2, _ => 3 };

    protected override bool TiedByDefault => true;

    protected override double VectorCentre => 0;

    protected override Tensor Embedding => Weight(prefix + "embed_tokens.weight", Whole("vocab_size"), D);

    public override Tensor Logits(Tensor last)
    {
        var logits = base.Logits(last);
        return _config["final_logit_softcapping"] is { } cap ? (logits / (double)cap).tanh() * (double)cap : logits;
    }

    protected override Tensor Embed(long[] ids) => base.Embed(ids) * (double)(float)Math.Sqrt(D);

    protected override Tensor FinalNorm(Tensor x) => Norm(x, prefix + "norm");

    protected override Tensor Layer(Tensor x, int layer)
    {
        var name = $"{prefix}layers.{layer}.";
        var attended = Attention(Norm(x, name + "input_layernorm"), layer, name + "self_attn.");
        if (Number1To3 == 1)
        {
            var first = x + attended;
            return first + FeedForward(Norm(first, name + "post_attention_layernorm"), name + "mlp.");
        }

        var h = x + Norm(attended, name + "post_attention_layernorm");
        return h + Norm(FeedForward(Norm(h, name + "pre_feedforward_layernorm"), name + "mlp."), name + "post_feedforward_layernorm");
    }

    private Tensor Attention(Tensor x, int layer, string name)
    {
        var bias = Flag("attention_bias");
        Tensor query = Linear(x, name + "q_proj", Heads * HeadSize, bias), key = Linear(x, name + "k_proj", KeyValueHeads * HeadSize, bias);
        var value = Linear(x, name + "v_proj", KeyValueHeads * HeadSize, bias);
        if (Number1To3 == 3)
            (query, key) = (EachHead(query, head => Norm(head, name + "q_norm")), EachHead(key, head => Norm(head, name + "k_norm")));
        var local = Number1To3 == 3 && IsSliding(layer);
        var theta = local ? Number("rope_local_base_freq") : Number("rope_theta");
        var scaling = local ? null : _config["rope_scaling"] as JsonObject;
        var scale = Math.Pow(Number1To3 == 1 ? HeadSize : Number("query_pre_attn_scalar"), -0.5);
        int? window = IsSliding(layer) ? Whole("sliding_window") : null;
        var cap = (double?)_config["attn_logit_softcapping"];
        return Linear(Attend(Rotate(query, theta, scaling), Rotate(key, theta, scaling), value, scale, window, cap), name + "o_proj", D, bias);
    }

    private bool IsSliding(int layer) =>
        _config["layer_types"] is { } kinds ? (string)kinds[layer]! == "sliding_attention"
        : Number1To3 == 2 ? layer % 2 == 0
        : Number1To3 == 3 && (layer + 1) % Whole("sliding_window_pattern") != 0;

    private Tensor FeedForward(Tensor x, string name) =>
        Linear(GeluTanh(Linear(x, name + "gate_proj", Wide, bias: false)) * Linear(x, name + "up_proj", Wide, bias: false), name + "down_proj", D, bias: false);

    private Tensor Norm(Tensor x, string name) => RootMeanSquare(x, name, offset: 1);
}
