using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>What every layer of one forward pass shares: rotary tables and the mask.</summary>
/// <param name="Cosine">[S, head size] or [B, 1, S, head size].</param>
/// <param name="Sine">As <paramref name="Cosine"/>.</param>
/// <param name="Mask">Bool, broadcast to [B, heads, S, keys], true where a query may look; null where every key may be seen or causality alone decides.</param>
/// <param name="Causal">Whether a query looks at its own and earlier positions only and <paramref name="Mask"/> is null.</param>
internal sealed record AttentionContext(Tensor Cosine, Tensor Sine, Tensor? Mask, bool Causal)
{
    /// <summary>Prepares a pass over S new positions that follow P cached ones.</summary>
    /// <param name="inverseFrequencies">Of the rotary embedding, [head size / 2].</param>
    /// <param name="type">Type of the tables.</param>
    /// <param name="mask">Bool [B, P + S], true where a token counts; null when all do.</param>
    /// <param name="cached">P.</param>
    /// <param name="length">S.</param>
    /// <param name="positionsFromMask">Whether positions count attended tokens only.</param>
    public static AttentionContext Create(
        Tensor inverseFrequencies, ScalarType type, Tensor? mask, long cached, long length, bool positionsFromMask)
    {
        var positions = positionsFromMask && mask is not null
            ? (mask.to_type(ScalarType.Int64).cumsum(1) - 1).clamp_min(0).narrow(1, cached, length).unsqueeze(1) // [B, 1, S]
            : arange(cached, cached + length, ScalarType.Int64, inverseFrequencies.device); // [S]
        var (cosine, sine) = RotaryEmbedding.Tables(inverseFrequencies, positions, type);
        if (mask is not null && mask.all().item<bool>())
            mask = null;
        if (mask is null && (cached == 0 || length == 1))
            return new AttentionContext(cosine, sine, null, Causal: cached == 0);
        return new AttentionContext(cosine, sine, Visible(mask, cached, length, inverseFrequencies.device), Causal: false);
    }

    /// <summary>
    /// [B or 1, 1, S, P + S]: keys at or before the position that count; where there is none, the position itself, so
    /// that no row is empty. The position of a padding token sees the tokens before it, as in the reference.
    /// </summary>
    private static Tensor Visible(Tensor? mask, long cached, long length, Device device)
    {
        var earlier = ones([length, cached + length], ScalarType.Bool, device).tril(cached);
        if (mask is null)
            return earlier.unsqueeze(0).unsqueeze(0);
        var visible = mask.unsqueeze(1).unsqueeze(1).logical_and(earlier);
        var empty = visible.any(-1, keepdim: true).logical_not();
        return visible.logical_or(empty.logical_and(earlier.triu(cached)));
    }
}
