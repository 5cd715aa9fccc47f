namespace RouteSae.LanguageModels;

/// <summary>How far back a layer's attention looks.</summary>
public enum AttentionSpan
{
    /// <summary>To the first position.</summary>
    Full,

    /// <summary>To the latest <see cref="DecoderConfig.SlidingWindow"/> positions, the own one included.</summary>
    Sliding,
}
