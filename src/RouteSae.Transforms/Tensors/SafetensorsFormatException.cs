namespace RouteSae.Tensors;

/// <summary>A safetensors file or a checkpoint's index contradicts the format. The message names the file and the tensor.</summary>
/// <remarks>It has no inner exception, so that <see cref="Exception.GetBaseException"/> of whatever wraps it gives this message.</remarks>
public sealed class SafetensorsFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The file, the tensor if one is at fault, and what is wrong.</param>
    public SafetensorsFormatException(string message)
        : base(message)
    {
    }

    internal static SafetensorsFormatException In(string location, string problem) =>
        new($"{location}: {problem}.");

    /// <summary>A name in quotes, shortened: names in a damaged file may be megabytes long.</summary>
    internal static string Quote(string name) => name.Length <= 100 ? $"'{name}'" : $"'{name.AsSpan(0, 100)}…'";
}
