namespace RouteSae.Tokens;

/// <summary>The token of <see cref="SpecialTokenPolicy.Begin"/>.</summary>
internal static class BeginToken
{
    private const string EndOfText = "<|endoftext|>";

    /// <summary>
    /// TransformerLens's choice: the token that begins a text, else the one that ends it, else &lt;|endoftext|&gt;, as for GPT-2, whose own
    /// tokenizer_config.json names none. Null where there is none of them.
    /// </summary>
    public static int? Of(TextTokenizer tokenizer)
    {
        if ((tokenizer.BeginOfSequence ?? tokenizer.EndOfSequence) is { } named)
            return named;
        return tokenizer.Encode(EndOfText, addSpecialTokens: false).Ids is [var id] && tokenizer.SpecialTokens.Contains(id) ? id : null;
    }
}
