namespace RouteSae.Tokens;

/// <summary>A tokenizer file is malformed or contradicts itself; the message names the file.</summary>
/// <remarks>It has no inner exception, so that <see cref="Exception.GetBaseException"/> of whatever wraps it gives this message.</remarks>
public sealed class TokenizerFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    public TokenizerFormatException(string message)
        : base(message)
    {
    }
}
