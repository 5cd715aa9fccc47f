namespace RouteSae.Native;

/// <summary>
/// TorchSharp's native library cannot be loaded. The message names the library, what it lacks and what to install.
/// </summary>
public sealed class TorchLoadException : DllNotFoundException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which library failed, why, and what to do.</param>
    /// <param name="innerException">What the system reported, if anything.</param>
    public TorchLoadException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
