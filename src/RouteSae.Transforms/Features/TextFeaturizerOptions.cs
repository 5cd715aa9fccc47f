namespace RouteSae.Features;

/// <summary>Settings of a <see cref="TextFeaturizer"/>.</summary>
public sealed class TextFeaturizerOptions
{
    /// <summary>The most tokens of a text that are read, special tokens included. Null, the default, or more than the bundle's context: the bundle's context.</summary>
    public int? MaxTokens { get; set; }

    /// <summary>The most tokens in one pass of the language model, padding included, at least 1. Default: 4096. A longer text passes alone.</summary>
    public int TokensPerBatch { get; set; } = 4096;

    /// <summary>Called once, with the first text that has more tokens than are read. Null, the default: nobody is told.</summary>
    public Action<TruncatedText>? FirstTruncated { get; set; }
}
