using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>What the layers of one kind share in one forward pass: rotary tables and the mask.</summary>
/// <param name="Cosine">[S, rotated size] or [B, 1, S, rotated size]; null where nothing is rotated.</param>
/// <param name="Sine">As <paramref name="Cosine"/>.</param>
/// <param name="Mask">Bool, broadcast to [B, heads, S, keys], true where a query may look; null where every key may be seen or causality alone decides.</param>
/// <param name="Causal">Whether a query looks at its own and earlier positions only and <paramref name="Mask"/> is null.</param>
internal sealed record AttentionContext(Tensor? Cosine, Tensor? Sine, Tensor? Mask, bool Causal)
{
    /// <summary>Prepares S new positions that follow P cached ones.</summary>
    /// <param name="tables">Cosines and sines, if there are any.</param>
    /// <param name="mask">Bool [B, P + S], true where a token counts; null when all do.</param>
    /// <param name="cached">P.</param>
    /// <param name="length">S.</param>
    /// <param name="window">Latest positions that a query sees, its own included; null for all.</param>
    /// <param name="device">Where a mask is made.</param>
    public static AttentionContext Create(
        (Tensor Cosine, Tensor Sine)? tables, Tensor? mask, long cached, long length, int? window, Device device)
    {
        if (window >= cached + length)
            window = null;
        if (mask is null && window is null && (cached == 0 || length == 1))
            return new AttentionContext(tables?.Cosine, tables?.Sine, null, Causal: cached == 0);
        return new AttentionContext(tables?.Cosine, tables?.Sine, Visible(mask, cached, length, window, device), Causal: false);
    }

    /// <summary>
    /// [B or 1, 1, S, P + S]: keys at or before the position, within the window, that count; where there is none, the position
    /// itself, so that no row is empty. The position of a padding token sees the tokens before it, as in the reference.
    /// </summary>
    private static Tensor Visible(Tensor? mask, long cached, long length, int? window, Device device)
    {
        var earlier = ones([length, cached + length], ScalarType.Bool, device).tril(cached);
        var own = earlier.triu(cached);
        if (window is { } latest)
            earlier = earlier.triu(cached - latest + 1);
        if (mask is null)
            return earlier.unsqueeze(0).unsqueeze(0);
        var visible = mask.unsqueeze(1).unsqueeze(1).logical_and(earlier);
        var empty = visible.any(-1, keepdim: true).logical_not();
        return visible.logical_or(empty.logical_and(own));
    }
}
