namespace RouteSae.LanguageModels;

/// <summary>What a forward pass shall return. Layers above the last hidden state asked for are not computed.</summary>
public sealed record ForwardRequest
{
    /// <summary>
    /// Hidden states to return, in Hugging Face's numbering: 0 = embeddings, i = output of decoder layer i; the last one
    /// is after the final norm. Each within 0 .. layer count. Default: none.
    /// </summary>
    public IReadOnlyList<int> HiddenStates { get; init; } = [];

    /// <summary>Whether to compute logits, which needs all layers. Default: false.</summary>
    public bool Logits { get; init; }

    /// <summary>
    /// Whether positions count attended tokens only, as Hugging Face's <c>generate</c> does with left padding; otherwise
    /// they run 0, 1, 2 … whatever the mask, as its plain forward does. Default: false.
    /// </summary>
    public bool PositionsFromMask { get; init; }

    /// <summary>
    /// Edits of hidden states while the model runs, by the same numbers: later layers read what the edit of a lower one
    /// returns. The last hidden state, which no layer reads any more, cannot be edited, nor can one above those asked for.
    /// Default: none.
    /// </summary>
    public IReadOnlyDictionary<int, HiddenStateEdit> Edits { get; init; } = new Dictionary<int, HiddenStateEdit>();
}
