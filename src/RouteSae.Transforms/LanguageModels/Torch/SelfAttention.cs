using RouteSae.Kernels;
using RouteSae.LanguageModels.Torch.Fused;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RouteSae.LanguageModels.Torch;

/// <summary>
/// W_o · softmax(s · q kᵀ) v with rotated queries and keys; query, key and value projections are one matrix. Owns its weights.
/// </summary>
/// <param name="config">What the model computes.</param>
/// <param name="layer">Number of the layer, from 0.</param>
internal sealed class SelfAttention(DecoderConfig config, int layer) : IDisposable
{
    private const long FewScores = 1 << 20;

    /// <summary>How far from 1/√d the scale is.</summary>
    private readonly double _queryFactor = config.ScaleOf(layer) * Math.Sqrt(config.HeadSize);

    public required Tensor QueryKeyValue { get; init; } // [(heads + 2 · key-value heads) · head size, D]

    public Tensor? QueryKeyValueBias { get; init; }

    public required Tensor Output { get; init; } // [D, heads · head size]

    public Tensor? OutputBias { get; init; }

    public Norm? QueryNorm { get; init; }

    public Norm? KeyNorm { get; init; }

    public IEnumerable<Tensor> Parameters =>
        new[] { QueryKeyValue, QueryKeyValueBias, Output, OutputBias }.OfType<Tensor>()
            .Concat(QueryNorm?.Parameters ?? []).Concat(KeyNorm?.Parameters ?? []);

    private bool ScaledAsUsual => Math.Abs(_queryFactor - 1) < 1e-12;

    /// <summary>x [B, S, D] → [B, S, D]. With a cache, keys and values of earlier positions come from it.</summary>
    public Tensor Apply(Tensor x, AttentionContext context, LayerCache? cache)
    {
        using var scope = NewDisposeScope();
        var flat = functional.linear(x, QueryKeyValue, QueryKeyValueBias); // [B, S, (heads + 2 · key-value heads) · d]
        if (config.ProjectionClip is { } limit)
            flat = flat.clamp(-limit, limit);
        if (QueryNorm is not null)
            flat = Normed(flat);
        return functional.linear(FusedAttention(flat, context, cache) ?? Attended(flat, context, cache), Output, OutputBias)
            .MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var parameter in Parameters)
            parameter.Dispose();
    }

    private Tensor Normed(Tensor flat)
    {
        int queries = config.AttentionHeads * config.HeadSize, keys = config.KeyValueHeads * config.HeadSize;
        return cat(
            [
                Normed(flat.narrow(2, 0, queries), QueryNorm!), Normed(flat.narrow(2, queries, keys), KeyNorm!),
                flat.narrow(2, queries + keys, keys),
            ], 2);
    }

    private Tensor Normed(Tensor part, Norm norm) =>
        config.QueryKeyNorm == QueryKeyNorm.WholeProjection
            ? norm.Apply(part.contiguous())
            : norm.Apply(part.contiguous().unflatten(2, -1, config.HeadSize)).flatten(2);

    private Tensor Attended(Tensor flat, AttentionContext context, LayerCache? cache)
    {
        int heads = config.AttentionHeads, keyValueHeads = config.KeyValueHeads;
        var projected = flat.unflatten(2, heads + 2 * keyValueHeads, config.HeadSize).transpose(1, 2); // [B, heads + 2 · key-value heads, S, d]
        var rotated = projected.narrow(1, 0, heads + keyValueHeads);
        if (context.Cosine is not null)
            rotated = RotaryEmbedding.Apply(rotated, context.Cosine, context.Sine!);
        var query = rotated.narrow(1, 0, heads);
        var key = rotated.narrow(1, heads, keyValueHeads);
        var value = projected.narrow(1, heads + keyValueHeads, keyValueHeads);
        if (cache is not null)
            (key, value) = cache.Append(key, value);
        if (!ScaledAsUsual)
        {
            using Scalar factor = _queryFactor; // kept from the garbage collector while libtorch reads it
            query = query * factor;
        }

        return Attend(query, key, value, context).transpose(1, 2).flatten(2);
    }

    /// <summary>Query [B, heads, S, d], keys and values [B, key-value heads, P + S, d] → [B, heads, S, d].</summary>
    private Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionContext context)
    {
        if (config.AttentionSoftCap is not null || IsSmall(query, key))
            return PlainAttention.Apply(query, key, value, context, config.AttentionSoftCap);
        if (query.size(2) == 1)
            return AttendOnce(query, key, value, context.Mask);
        var sharing = config.AttentionHeads / config.KeyValueHeads;
        return functional.scaled_dot_product_attention(query, Repeat(key, sharing), Repeat(value, sharing), context.Mask, 0, context.Causal);
    }

    /// <summary>Whether accuracy costs nothing: few scores, of heads that no kernel of ours takes either.</summary>
    private bool IsSmall(Tensor query, Tensor key) =>
        config.HeadSize % TensorRows.Step != 0 && query.size(0) * query.size(1) * query.size(2) * key.size(2) <= FewScores;

    /// <summary>
    /// A single position: the query heads [B, heads, 1, d] that share a key-value head look like so many positions of
    /// one head, so that a long cache need not be repeated for each.
    /// </summary>
    private Tensor AttendOnce(Tensor query, Tensor key, Tensor value, Tensor? mask) =>
        functional.scaled_dot_product_attention(
            query.reshape(query.size(0), config.KeyValueHeads, -1, config.HeadSize), key, value, mask, 0, false)
            .reshape(query.shape);

    /// <summary>Rotary embedding and attention of whole sequences without a mask in one pass; null where no kernel takes them.</summary>
    private Tensor? FusedAttention(Tensor projected, AttentionContext context, LayerCache? cache)
    {
        int heads = config.AttentionHeads, keyValueHeads = config.KeyValueHeads, size = config.HeadSize;
        if (cache is not null || !context.Causal || context is not { Cosine: { } cosine, Sine: { } sine }
            || cosine.dim() != 2 || config.RotarySize != size || !ScaledAsUsual || config.AttentionSoftCap is not null)
            return null;
        if (Gradients.AreWanted(projected))
            return keyValueHeads == heads && AttentionFunction.Fits(projected, heads, size) ? AttentionFunction.apply(projected, cosine, sine, heads) : null;
        if (!CausalAttention.Fits(projected, size))
            return null;
        return projected.dtype == ScalarType.BFloat16
            ? CausalAttention.Run<BrainNumber>(projected, cosine, sine, heads, keyValueHeads, size)
            : CausalAttention.Run<SingleNumber>(projected, cosine, sine, heads, keyValueHeads, size);
    }

    /// <summary>[B, key-value heads, S, head size] → [B, heads, S, head size], each head repeated in place.</summary>
    private static Tensor Repeat(Tensor x, int times) =>
        times == 1 ? x : x.unsqueeze(2).expand(-1, -1, times, -1, -1).reshape(x.size(0), x.size(1) * times, x.size(2), x.size(3));
}
