namespace RouteSae.Storage;

/// <summary>What happens to the tokens that stand for no text, such as the beginning of a sequence.</summary>
public sealed record SpecialTokenPolicy
{
    /// <summary>Whether the tokenizer adds its special tokens to each text. Default true.</summary>
    public bool Add { get; init; } = true;

    /// <summary>Whether special tokens count in pooling. Default false: their activations say nothing about the text.</summary>
    public bool Pool { get; init; }
}
