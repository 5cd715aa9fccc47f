using RouteSae.Kernels;
using RouteSae.LanguageModels.Fused;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RouteSae.LanguageModels;

/// <summary>
/// One decoder layer with a pre-norm attention and a pre-norm gated feed-forward:
/// h = x + W_o · attention(norm(x)); y = h + W_down · (silu(W_gate · norm(h)) ⊙ W_up · norm(h)).
/// Query, key and value projections are one matrix, as are gate and up.
/// </summary>
internal sealed class DecoderLayer : IDisposable
{
    private readonly DecoderConfig _config;

    public DecoderLayer(DecoderConfig config) => _config = config;

    public required Tensor AttentionNorm { get; init; } // [D]

    public required Tensor QueryKeyValue { get; init; } // [(heads + 2 · key-value heads) · head size, D]

    public Tensor? QueryKeyValueBias { get; init; }

    public required Tensor AttentionOutput { get; init; } // [D, heads · head size]

    public Tensor? AttentionOutputBias { get; init; }

    public required Tensor FeedForwardNorm { get; init; } // [D]

    public required Tensor GateUp { get; init; } // [2 · intermediate, D]

    public Tensor? GateUpBias { get; init; }

    public required Tensor Down { get; init; } // [D, intermediate]

    public Tensor? DownBias { get; init; }

    public IEnumerable<Tensor> Parameters =>
        new[]
        {
            AttentionNorm, QueryKeyValue, QueryKeyValueBias, AttentionOutput, AttentionOutputBias,
            FeedForwardNorm, GateUp, GateUpBias, Down, DownBias,
        }.OfType<Tensor>();

    /// <summary>x [B, S, D] → [B, S, D]. With a cache, keys and values of earlier positions come from it.</summary>
    public Tensor Forward(Tensor x, AttentionContext context, LayerCache? cache)
    {
        using var scope = NewDisposeScope();
        var attended = Attend(RootMeanSquareNorm.Apply(x, AttentionNorm, _config.NormEpsilon), context, cache);
        var hidden = Add(functional.linear(attended, AttentionOutput, AttentionOutputBias), x);
        var gated = GatedActivation.Apply(
            functional.linear(RootMeanSquareNorm.Apply(hidden, FeedForwardNorm, _config.NormEpsilon), GateUp, GateUpBias));
        return Add(functional.linear(gated, Down, DownBias), hidden).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var parameter in Parameters)
            parameter.Dispose();
    }

    private Tensor Attend(Tensor normed, AttentionContext context, LayerCache? cache)
    {
        var flat = functional.linear(normed, QueryKeyValue, QueryKeyValueBias); // [B, S, (heads + 2 · key-value heads) · d]
        if (FusedAttention(flat, context, cache) is { } fused)
            return fused;
        int heads = _config.AttentionHeads, keyValueHeads = _config.KeyValueHeads;
        var projected = flat.unflatten(2, heads + 2 * keyValueHeads, _config.HeadSize).transpose(1, 2); // [B, heads + 2 · key-value heads, S, d]
        var rotated = RotaryEmbedding.Apply(projected.narrow(1, 0, heads + keyValueHeads), context.Cosine, context.Sine);
        var query = rotated.narrow(1, 0, heads);
        var key = rotated.narrow(1, heads, keyValueHeads);
        var value = projected.narrow(1, heads + keyValueHeads, keyValueHeads);
        if (cache is not null)
            (key, value) = cache.Append(key, value);
        var attended = normed.size(1) == 1 ? AttendOnce(query, key, value, context.Mask) : Attend(query, key, value, context);
        return attended.transpose(1, 2).flatten(2);
    }

    /// <summary>Query [B, heads, S, d], keys and values [B, key-value heads, P + S, d] → [B, heads, S, d].</summary>
    private Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionContext context)
    {
        var sharing = _config.AttentionHeads / _config.KeyValueHeads;
        return functional.scaled_dot_product_attention(query, Repeat(key, sharing), Repeat(value, sharing), context.Mask, 0, context.Causal);
    }

    /// <summary>
    /// A single position: the query heads [B, heads, 1, d] that share a key-value head look like so many positions of
    /// one head, so that a long cache need not be repeated for each.
    /// </summary>
    private Tensor AttendOnce(Tensor query, Tensor key, Tensor value, Tensor? mask) =>
        functional.scaled_dot_product_attention(
            query.reshape(query.size(0), _config.KeyValueHeads, -1, _config.HeadSize), key, value, mask, 0, false)
            .reshape(query.shape);

    /// <summary>Rotary embedding and attention of whole sequences without a mask in one pass; null where no kernel takes them.</summary>
    private Tensor? FusedAttention(Tensor projected, AttentionContext context, LayerCache? cache)
    {
        int heads = _config.AttentionHeads, keyValueHeads = _config.KeyValueHeads, size = _config.HeadSize;
        Tensor cosine = context.Cosine, sine = context.Sine;
        if (cache is not null || !context.Causal || cosine.dim() != 2)
            return null;
        if (Gradients.AreWanted(projected))
            return keyValueHeads == heads && AttentionFunction.Fits(projected, heads, size) ? AttentionFunction.apply(projected, cosine, sine, heads) : null;
        if (!CausalAttention.Fits(projected, size))
            return null;
        return projected.dtype == ScalarType.BFloat16
            ? CausalAttention.Run<BrainNumber>(projected, cosine, sine, heads, keyValueHeads, size)
            : CausalAttention.Run<SingleNumber>(projected, cosine, sine, heads, keyValueHeads, size);
    }

    /// <summary>Adds a residual to a projection that nothing else uses: in place, unless autograd watches.</summary>
    private static Tensor Add(Tensor projected, Tensor residual) =>
        Gradients.AreWanted(projected, residual) ? projected + residual : projected.add_(residual);

    /// <summary>[B, key-value heads, S, head size] → [B, heads, S, head size], each head repeated in place.</summary>
    private static Tensor Repeat(Tensor x, int times) =>
        times == 1 ? x : x.unsqueeze(2).expand(-1, -1, times, -1, -1).reshape(x.size(0), x.size(1) * times, x.size(2), x.size(3));
}
