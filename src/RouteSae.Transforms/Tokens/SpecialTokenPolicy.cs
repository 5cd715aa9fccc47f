using System.Text.Json.Serialization;

namespace RouteSae.Tokens;

/// <summary>What happens to the tokens that stand for no text, such as the beginning of a sequence.</summary>
public sealed record SpecialTokenPolicy
{
    /// <summary>Whether the tokenizer adds its special tokens to each text. Default true.</summary>
    public bool Add { get; init; } = true;

    /// <summary>
    /// Whether each text begins with the tokenizer's begin-of-sequence token, also where the tokenizer does not put it there, as GPT-2's does not; never
    /// twice. A tokenizer that names none has its end-of-sequence token there, or &lt;|endoftext|&gt;, as in TransformerLens. Default false.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Begin { get; init; }

    /// <summary>Whether special tokens count in pooling. Default false: their activations say nothing about the text.</summary>
    public bool Pool { get; init; }
}
