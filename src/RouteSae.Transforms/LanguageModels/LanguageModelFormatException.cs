namespace RouteSae.LanguageModels;

/// <summary>A checkpoint cannot be read: the message names the file, the field or tensor, and what was expected.</summary>
/// <remarks>It has no inner exception, so that <see cref="Exception.GetBaseException"/> of whatever wraps it gives this message.</remarks>
public sealed class LanguageModelFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    public LanguageModelFormatException(string message)
        : base(message)
    {
    }
}
