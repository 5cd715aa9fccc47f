using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels.Families;

/// <summary>
/// A model in float64 for one sequence without padding, written plainly from the published equations of its family. It makes up
/// each weight when it first asks for it, under its published name: what is asked for is the checkpoint.
/// </summary>
internal abstract class PublishedDecoder(JsonObject config)
{
    private readonly Dictionary<string, Tensor> _weights = [];

    /// <summary>The float32 weights that were asked for.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights => _weights;

    /// <summary>How many tokens came together before the others came one by one; null for all.</summary>
    public int? Prompt { get; init; }

    protected int D => Whole("hidden_size");

    protected int Layers => Whole("num_hidden_layers");

    protected int Heads => Whole("num_attention_heads");

    protected int KeyValueHeads => config["num_key_value_heads"] is { } value ? (int)value : Heads;

    protected int HeadSize => config["head_dim"] is { } value ? (int)value : D / Heads;

    protected int Wide => Whole("intermediate_size");

    /// <summary>Hidden states, each [S, D]: embeddings, layers, the last after the final norm.</summary>
    public List<Tensor> HiddenStates(long[] ids)
    {
        var states = new List<Tensor> { Embed(ids) };
        for (var layer = 0; layer < Layers; layer++)
            states.Add(Layer(states[^1], layer));
        states[^1] = FinalNorm(states[^1]);
        return states;
    }

    /// <summary>[S, D] → [S, V].</summary>
    public virtual Tensor Logits(Tensor last) =>
        last.matmul((Flag("tie_word_embeddings", TiedByDefault) ? Embedding : Weight("lm_head.weight", Whole("vocab_size"), D)).t());

    protected virtual bool TiedByDefault => false;

    protected virtual Tensor Embedding => Weight("model.embed_tokens.weight", Whole("vocab_size"), D);

    protected virtual Tensor Embed(long[] ids) => Embedding.index_select(0, tensor(ids));

    protected abstract Tensor Layer(Tensor x, int layer);

    protected abstract Tensor FinalNorm(Tensor x);

    protected int Whole(string field) => (int)config[field]!;

    protected double Number(string field) => (double)config[field]!;

    protected bool Flag(string field, bool fallback = false) => config[field] is { } value ? (bool)value : fallback;

    /// <summary>A weight of this name and shape, in float64.</summary>
    protected Tensor Weight(string name, params long[] shape)
    {
        if (!_weights.TryGetValue(name, out var weight))
        {
            using var generator = new Generator(name.Aggregate(1469598103934665603UL, (hash, c) => (hash ^ c) * 1099511628211UL));
            var noise = randn(shape, generator: generator);
            _weights[name] = weight = shape.Length > 1 ? noise * (1.5 / Math.Sqrt(shape[^1])) : noise * 0.3 + (name.EndsWith(".bias", StringComparison.Ordinal) ? 0 : VectorCentre);
        }

        return weight.to_type(ScalarType.Float64);
    }

    /// <summary>About what the weights of norms lie.</summary>
    protected virtual double VectorCentre => 1;

    protected Tensor Linear(Tensor x, string name, int outputs, bool bias)
    {
        var result = x.matmul(Weight(name + ".weight", outputs, x.size(1)).t());
        return bias ? result + Weight(name + ".bias", outputs) : result;
    }

    /// <summary>The mean square over the last dimension made 1, times weight + offset.</summary>
    protected Tensor RootMeanSquare(Tensor x, string name, double offset = 0) =>
        x / (x.square().mean([-1], keepdim: true) + Number("rms_norm_eps")).sqrt() * (Weight(name + ".weight", x.size(-1)) + offset);

    protected static Tensor Standardised(Tensor x, double epsilon)
    {
        var centred = x - x.mean([-1], keepdim: true);
        return centred / (centred.square().mean([-1], keepdim: true) + epsilon).sqrt();
    }

    protected Tensor LayerNorm(Tensor x, string name) =>
        Standardised(x, Number(config.ContainsKey("layer_norm_epsilon") ? "layer_norm_epsilon" : "layer_norm_eps"))
            * Weight(name + ".weight", x.size(-1)) + Weight(name + ".bias", x.size(-1));

    /// <summary>One operation on each head [S, d] of [S, heads · d].</summary>
    protected Tensor EachHead(Tensor x, Func<Tensor, Tensor> operation) =>
        cat([.. Enumerable.Range(0, (int)x.size(1) / HeadSize).Select(head => operation(x.narrow(1, head * HeadSize, HeadSize)))], 1);

    /// <summary>Rotates the pairs (i, i + size / 2) of the first numbers of each head.</summary>
    protected Tensor Rotate(Tensor x, double theta, JsonObject? scaling, int? size = null)
    {
        var rotated = size ?? HeadSize;
        var (angles, factor) = PublishedRope.Angles(config, scaling, theta, rotated, (int)x.size(0), Prompt ?? (int)x.size(0));
        Tensor Table(Func<double, double> function) => tensor(angles.SelectMany(row => row.Select(function)).ToArray(), [x.size(0), rotated / 2]) * factor;
        Tensor cosine = Table(Math.Cos), sine = Table(Math.Sin);
        return EachHead(x, head =>
        {
            Tensor a = head.narrow(1, 0, rotated / 2), b = head.narrow(1, rotated / 2, rotated / 2);
            return cat([a * cosine - b * sine, b * cosine + a * sine, head.narrow(1, rotated, HeadSize - rotated)], 1);
        });
    }

    /// <summary>Attention [S, heads · d]; a query sees the keys at most window − 1 positions back.</summary>
    protected Tensor Attend(Tensor query, Tensor key, Tensor value, double scale, int? window = null, double? cap = null)
    {
        var length = (int)query.size(0);
        var hidden = tensor(
            Enumerable.Range(0, length * length).Select(i => i % length > i / length || i / length - i % length >= (window ?? length)).ToArray(), [length, length]);
        var results = new List<Tensor>();
        for (var head = 0; head < Heads; head++)
        {
            var shared = head / (Heads / KeyValueHeads);
            var scores = Head(query, head).matmul(Head(key, shared).t()) * scale;
            if (cap is { } c)
                scores = (scores / c).tanh() * c;
            results.Add(scores.masked_fill(hidden, double.NegativeInfinity).softmax(-1).matmul(Head(value, shared)));
        }

        return cat(results, 1);
    }

    protected static Tensor GeluTanh(Tensor x) => 0.5 * x * (1 + (Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x.pow(3))).tanh());

    protected static Tensor Gelu(Tensor x) => 0.5 * x * (1 + (x / Math.Sqrt(2)).erf());

    protected static Tensor Silu(Tensor x) => x * x.sigmoid();

    private Tensor Head(Tensor x, int head) => x.narrow(1, head * HeadSize, HeadSize);
}
