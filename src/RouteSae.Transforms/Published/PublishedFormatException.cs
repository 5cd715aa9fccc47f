namespace RouteSae.Published;

/// <summary>A published autoencoder that cannot be read here: damaged, or something that our models do not compute. The message says which and where.</summary>
public sealed class PublishedFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    /// <param name="innerException">The error underneath, if any.</param>
    public PublishedFormatException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
