namespace RouteSae.Tokens;

/// <summary>
/// A text needs more time or memory than a tokenizer may take for a text of its length. The message names the part of the tokenizer's
/// file: an honest tokenizer stays far below the limits, whatever the text.
/// </summary>
public sealed class TokenizerLimitException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is too much, where, and what to do.</param>
    public TokenizerLimitException(string message)
        : base(message)
    {
    }
}
