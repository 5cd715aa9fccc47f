namespace RouteSae.Tensors;

/// <summary>A safetensors file or a checkpoint's index contradicts the format. The message names the file and the tensor.</summary>
public sealed class SafetensorsFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The file, the tensor if one is at fault, and what is wrong.</param>
    /// <param name="innerException">The cause, if another exception revealed it.</param>
    public SafetensorsFormatException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    internal static SafetensorsFormatException In(string location, string problem, Exception? cause = null) =>
        new($"{location}: {problem}.", cause);

    /// <summary>A name in quotes, shortened: names in a damaged file may be megabytes long.</summary>
    internal static string Quote(string name) => name.Length <= 100 ? $"'{name}'" : $"'{name.AsSpan(0, 100)}…'";
}
