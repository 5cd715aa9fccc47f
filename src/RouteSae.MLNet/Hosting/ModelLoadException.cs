namespace RouteSae.MLNet.Hosting;

/// <summary>A model file could not be put into service. A model that answered before goes on answering.</summary>
public sealed class ModelLoadException : Exception
{
    internal ModelLoadException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
