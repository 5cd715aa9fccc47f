namespace RouteSae.Tokens;

/// <summary>
/// A tokenizer needs more steps, time or memory for a text than the text's length allows. The message names the part of the tokenizer that
/// does. A usual tokenizer stays far below the limits, whatever the text.
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
