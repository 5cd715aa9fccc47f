using RouteSae.Hub;

namespace RouteSae.Bundles;

/// <summary>Says what a path is that was given for a bundle and is none, and what to do with such a thing.</summary>
internal static class RecognizedPath
{
    private const int Shown = 3;
    private const string MakeBundle = "and make a bundle of it with FeatureBundleBuilder";

    /// <summary>A sentence or two, without the path itself.</summary>
    /// <param name="path">What was given.</param>
    public static string Describe(string path) =>
        File.Exists(path) ? OfFile(path) : Directory.Exists(path) ? OfFolder(path) : OfNothing(path);

    private static string OfNothing(string path) => path.Contains('/') && HubModelId.TryParse(path) is { } model
        ? $"the folder does not exist. If you mean the language model {model} on the Hugging Face hub: it is no bundle. Download it with ModelHub.ResolveAsync(\"{model}\"), "
            + "train an autoencoder on it, and make a bundle of both with FeatureBundleBuilder."
        : "the folder does not exist.";

    private static string OfFile(string path) =>
        Path.GetFileName(path) == BundleManifest.FileName ? "it is the manifest of a bundle. Name the folder that it is in."
        : IsZip(path) ? "it is a zip file. If it is a saved ML.NET model, load it with mlContext.Model.Load; if it is a bundle that was packed, unpack it and name the folder."
        : "it is a file. Name the folder that holds bundle.json.";

    private static string OfFolder(string path)
    {
        bool Has(string name) => File.Exists(Path.Combine(path, name));

        return Has("cfg.json") && Has("sae_weights.safetensors") ? $"it is an autoencoder of SAELens. Read it with PublishedAutoencoder.Load {MakeBundle}."
        : Has("cfg.json") && Has("sae.safetensors") ? $"it is an autoencoder of sparsify. Read it with PublishedAutoencoder.Load {MakeBundle}."
        : Has(Checkpoint.Config) && (Has(Checkpoint.SingleFile) || Has(Checkpoint.Index))
            ? "it is the checkpoint of a language model. Train an autoencoder on it, and make a bundle of both with FeatureBundleBuilder (LanguageModelFolder is this folder)."
        : Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))) is { } parent && File.Exists(Path.Combine(parent, BundleManifest.FileName))
            ? $"it is a part of the bundle '{parent}'. Name that."
        : Below(path) is { Count: > 0 } bundles
            ? $"{BundleManifest.FileName} is missing, but these folders in it are bundles: {string.Join(", ", bundles.Take(Shown))}{(bundles.Count > Shown ? ", …" : "")}. Name one of them."
        : !Directory.EnumerateFileSystemEntries(path).Any() ? "the folder is empty."
        : $"{BundleManifest.FileName} is missing.";
    }

    private static List<string?> Below(string path) =>
        [.. Directory.EnumerateDirectories(path).Where(folder => File.Exists(Path.Combine(folder, BundleManifest.FileName))).Select(Path.GetFileName).Order(StringComparer.Ordinal)];

    private static bool IsZip(string path)
    {
        Span<byte> start = stackalloc byte[2];
        using var stream = File.OpenRead(path);
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual("PK"u8);
    }
}
