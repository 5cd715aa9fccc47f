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

    /// <summary>Writes the language model and its tokenizer as a checkpoint folder in Hugging Face's format, which any loader of such folders reads.</summary>
    /// <param name="folder">The folder, made if need be. Files of the same size are taken to be there already.</param>
    /// <returns>The folder.</returns>
    public static string CopyLanguageModel(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var name in Names.Where(name => name.StartsWith("model/", StringComparison.Ordinal) || name.StartsWith("tokenizer", StringComparison.Ordinal)))
            Copy(name, Path.Combine(folder, Path.GetFileName(name)));
        return folder;
    }

    private static void Copy(string name, string path)
    {
        using var source = Open(name);
        if (File.Exists(path) && new FileInfo(path).Length == source.Length)
            return;
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        using (var target = File.Create(temporary))
            source.CopyTo(target);
        File.Move(temporary, path, overwrite: true);
    }
}
