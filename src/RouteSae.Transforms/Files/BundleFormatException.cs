namespace RouteSae.Files;

/// <summary>A bundle that cannot be used: missing, incomplete, damaged or of a newer format. The message says which and where.</summary>
/// <remarks>It has no inner exception, so that <see cref="Exception.GetBaseException"/> of whatever wraps it gives this message.</remarks>
public sealed class BundleFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    public BundleFormatException(string message)
        : base(message)
    {
    }
}
