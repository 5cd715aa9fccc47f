namespace RouteSae.LanguageModels;

/// <summary>A checkpoint cannot be read: the message names the file, the field or tensor, and what was expected.</summary>
public sealed class LanguageModelFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    /// <param name="inner">The cause, if any.</param>
    public LanguageModelFormatException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
