using RouteSae.LanguageModels;
using RouteSae.Tests.Golden;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels;

/// <summary>
/// A second, slow implementation in float64, written from the equations head by head, which reads the stored tensors by
/// their published names: an oracle for sizes that the golden files do not have.
/// </summary>
internal sealed class PlainDecoder(DecoderConfig config, GoldenTensors weights)
{
    /// <summary>Hidden states of one sequence without padding, each [S, D].</summary>
    public List<Tensor> HiddenStates(long[] ids)
    {
        var x = Weight("model.embed_tokens.weight").index_select(0, tensor(ids));
        var states = new List<Tensor> { x };
        for (var layer = 0; layer < config.LayerCount; layer++)
        {
            var prefix = $"model.layers.{layer}.";
            var h = x + Attention(Norm(x, prefix + "input_layernorm.weight"), prefix + "self_attn.");
            x = h + FeedForward(Norm(h, prefix + "post_attention_layernorm.weight"), prefix + "mlp.");
            states.Add(layer == config.LayerCount - 1 ? Norm(x, "model.norm.weight") : x);
        }

        return states;
    }

    public Tensor Logits(Tensor last) =>
        last.matmul(Weight(config.TiedEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight").t());

    private Tensor Attention(Tensor x, string prefix)
    {
        Tensor query = Linear(x, prefix + "q_proj"), key = Linear(x, prefix + "k_proj"), value = Linear(x, prefix + "v_proj");
        var later = ones([x.size(0), x.size(0)], ScalarType.Bool).triu(1);
        var heads = new List<Tensor>();
        for (var head = 0; head < config.AttentionHeads; head++)
        {
            var shared = head / (config.AttentionHeads / config.KeyValueHeads);
            var scores = Rotate(Head(query, head)).matmul(Rotate(Head(key, shared)).t()) / Math.Sqrt(config.HeadSize);
            heads.Add(scores.masked_fill(later, double.NegativeInfinity).softmax(-1).matmul(Head(value, shared)));
        }

        return Linear(cat(heads, 1), prefix + "o_proj");
    }

    private Tensor FeedForward(Tensor x, string prefix)
    {
        var gate = Linear(x, prefix + "gate_proj");
        return Linear(gate * gate.sigmoid() * Linear(x, prefix + "up_proj"), prefix + "down_proj");
    }

    private Tensor Head(Tensor x, int head) => x.narrow(1, (long)head * config.HeadSize, config.HeadSize);

    /// <summary>Turns the pair (i, i + half) at position p by p · base^(−2i / head size).</summary>
    private Tensor Rotate(Tensor x)
    {
        var half = config.HeadSize / 2;
        var stretch = config.RopeScaling.Kind == RopeScalingKind.Linear ? config.RopeScaling.Factor : 1;
        var rotated = x.clone();
        for (var position = 0; position < x.size(0); position++)
        {
            for (var i = 0; i < half; i++)
            {
                var angle = position / stretch * Math.Pow(config.RopeTheta, -2.0 * i / config.HeadSize);
                var (a, b) = (x[position, i], x[position, i + half]);
                rotated[position, i] = a * Math.Cos(angle) - b * Math.Sin(angle);
                rotated[position, i + half] = b * Math.Cos(angle) + a * Math.Sin(angle);
            }
        }

        return rotated;
    }

    private Tensor Norm(Tensor x, string weight) =>
        x / (x.square().mean([-1], keepdim: true) + config.NormEpsilon).sqrt() * Weight(weight);

    private Tensor Linear(Tensor x, string name)
    {
        var result = x.matmul(Weight(name + ".weight").t());
        return weights.NamesUnder(name + ".bias").Any() ? result + Weight(name + ".bias") : result;
    }

    private Tensor Weight(string name) => weights[name].to_type(ScalarType.Float64);
}
