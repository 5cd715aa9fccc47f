using System.Reflection;

namespace RouteSae.TinyModel;

/// <summary>The files of the embedded bundle: a small language model and a RouteSAE trained on its hidden states.</summary>
public static class TinyModelFiles
{
    private static readonly Assembly Assembly = typeof(TinyModelFiles).Assembly;

    /// <summary>The names of the files, as in a bundle's folder: <c>bundle.json</c>, <c>model/config.json</c>. Empty in a build without data.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Assembly.GetManifestResourceNames().Order(StringComparer.Ordinal)];

    /// <summary>Opens a file for reading, straight from the assembly's image.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static Stream Open(string name) =>
        Assembly.GetManifestResourceStream(name) ?? throw new FileNotFoundException($"RouteSae.TinyModel holds no file '{name}'.", name);
}
