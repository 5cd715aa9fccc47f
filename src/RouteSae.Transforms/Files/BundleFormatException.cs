namespace RouteSae.Files;

/// <summary>A bundle that cannot be used: missing, incomplete, damaged or of a newer format. The message says which and where.</summary>
public sealed class BundleFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    /// <param name="innerException">The error underneath, if any.</param>
    public BundleFormatException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
