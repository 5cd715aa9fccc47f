namespace RouteSae.LanguageModels;

/// <summary>Where the norms of a decoder layer stand; A is the attention, F the feed-forward, n a norm, x the layer's input.</summary>
public enum LayerArrangement
{
    /// <summary>h = x + A(n₁ x), y = h + F(n₂ h).</summary>
    Sequential,

    /// <summary>y = x + A(n₁ x) + F(n₂ x).</summary>
    Parallel,

    /// <summary>y = x + A(n x) + F(n x).</summary>
    ParallelOneNorm,

    /// <summary>h = x + n₂ A(n₁ x), y = h + n₄ F(n₃ h).</summary>
    Sandwich,

    /// <summary>h = x + n₁ A(x), y = h + n₂ F(h).</summary>
    PostNorm,
}
