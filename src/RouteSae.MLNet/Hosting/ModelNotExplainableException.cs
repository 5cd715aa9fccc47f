namespace RouteSae.MLNet.Hosting;

/// <summary>
/// The model that answers predicts, but its decisions cannot be explained by named features; the message says why. Asking again does not
/// help, and predictions work.
/// </summary>
public sealed class ModelNotExplainableException : Exception
{
    internal ModelNotExplainableException(string message)
        : base(message)
    {
    }
}
