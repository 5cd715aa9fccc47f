namespace RouteSae.Published;

/// <summary>A published autoencoder that cannot be read here: damaged, or something that our models do not compute. The message says which and where.</summary>
/// <remarks>It has no inner exception, so that <see cref="Exception.GetBaseException"/> of whatever wraps it gives this message.</remarks>
public sealed class PublishedFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    public PublishedFormatException(string message)
        : base(message)
    {
    }
}
