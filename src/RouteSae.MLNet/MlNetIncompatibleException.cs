namespace RouteSae.MLNet;

/// <summary>The installed ML.NET lacks something that saving and loading of RouteSae models needs. The message lists all of it.</summary>
public sealed class MlNetIncompatibleException : NotSupportedException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is missing, and where.</param>
    public MlNetIncompatibleException(string message)
        : base(message)
    {
    }
}
