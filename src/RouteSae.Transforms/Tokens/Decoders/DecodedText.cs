namespace RouteSae.Tokens.Decoders;

/// <summary>How long the text of tokens may become.</summary>
internal static class DecodedText
{
    /// <summary>Stops a decoder that multiplies its tokens.</summary>
    /// <param name="before">Characters of the tokens.</param>
    /// <param name="after">Characters that they become.</param>
    /// <exception cref="TokenizerLimitException">They become too many.</exception>
    public static void ThrowIfTooLong(long before, long after)
    {
        if (after > TextBudget.LongestRewritten(before))
        {
            throw new TokenizerLimitException(
                $"The tokenizer's decoder makes {after} characters or more of {before}. No text needs that: check the Replace components of decoder in tokenizer.json.");
        }
    }
}
