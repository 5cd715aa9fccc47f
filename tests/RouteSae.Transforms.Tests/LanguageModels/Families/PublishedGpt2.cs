using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels.Families;

/// <summary>GPT-2, whose configuration is given under the names that other families use too.</summary>
internal sealed class PublishedGpt2(JsonObject config, string prefix) : PublishedDecoder(config)
{
    private readonly JsonObject _config = config;

    protected override bool TiedByDefault => true;

    protected override Tensor Embedding => Weight(prefix + "wte.weight", Whole("vocab_size"), D);

    protected override Tensor Embed(long[] ids) =>
        base.Embed(ids) + Weight(prefix + "wpe.weight", Whole("n_positions"), D).narrow(0, 0, ids.Length);

    protected override Tensor FinalNorm(Tensor x) => LayerNorm(x, prefix + "ln_f");

    protected override Tensor Layer(Tensor x, int layer)
    {
        var name = $"{prefix}h.{layer}.";
        var joint = Product(LayerNorm(x, name + "ln_1"), name + "attn.c_attn", 3 * D);
        var scale = Flag("scale_attn_weights", true) ? 1 / Math.Sqrt(HeadSize) : 1;
        if (Flag("scale_attn_by_inverse_layer_idx"))
            scale /= layer + 1;
        var h = x + Product(Attend(joint.narrow(1, 0, D), joint.narrow(1, D, D), joint.narrow(1, 2 * D, D), scale), name + "attn.c_proj", D);
        return h + Product(Activated(Product(LayerNorm(h, name + "ln_2"), name + "mlp.c_fc", Wide)), name + "mlp.c_proj", D);
    }

    private Tensor Activated(Tensor x) => (string?)_config["activation_function"] switch
    {
        "quick_gelu" => x * (1.702 * x).sigmoid(),
        "relu" => x.relu(),
        "gelu" => Gelu(x),
        "tanh" => x.tanh(),
        "silu" => Silu(x),
        _ => GeluTanh(x),
    };

    /// <summary>The weights are stored [inputs, outputs].</summary>
    private Tensor Product(Tensor x, string name, int outputs) => x.matmul(Weight(name + ".weight", x.size(1), outputs)) + Weight(name + ".bias", outputs);
}
