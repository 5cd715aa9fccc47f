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
        if (cached == 0 && (mask is null || IsPaddedOnTheRight(mask)))
            return new AttentionContext(cosine, sine, null, Causal: true);
        if (length == 1 && mask is null)
            return new AttentionContext(cosine, sine, null, Causal: false);
        return new AttentionContext(cosine, sine, CausalMask(mask, cached, length, inverseFrequencies.device), Causal: false);
    }

    /// <summary>Whether no padding precedes a token: then causality alone keeps every token from looking at padding.</summary>
    private static bool IsPaddedOnTheRight(Tensor mask)
    {
        var length = mask.size(1);
        return !mask.narrow(1, 1, length - 1).logical_and(mask.narrow(1, 0, length - 1).logical_not()).any().item<bool>();
    }

    /// <summary>[B or 1, 1, S, P + S]: earlier keys that count, and always the position itself, so that no row is empty.</summary>
    private static Tensor CausalMask(Tensor? mask, long cached, long length, Device device)
    {
        var earlier = ones([length, cached + length], ScalarType.Bool, device).tril(cached);
        if (mask is null)
            return earlier.unsqueeze(0).unsqueeze(0);
        var self = earlier.triu(cached);
        return mask.unsqueeze(1).unsqueeze(1).logical_and(earlier).logical_or(self);
    }
}
