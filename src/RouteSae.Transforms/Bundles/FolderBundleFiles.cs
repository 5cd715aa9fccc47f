using RouteSae.Files;

namespace RouteSae.Bundles;

/// <summary>The files of a bundle in a folder on disk.</summary>
public sealed class FolderBundleFiles : IBundleFiles
{
    /// <summary>Looks at a folder; reads nothing yet.</summary>
    /// <param name="folder">The bundle's folder.</param>
    /// <exception cref="BundleFormatException">There is no such folder.</exception>
    public FolderBundleFiles(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Location = Path.GetFullPath(folder);
        if (!Directory.Exists(Location))
        {
            throw new BundleFormatException($"There is no bundle at '{Location}': {RecognizedPath.Describe(folder)}");
        }
    }

    /// <summary>The folder's full path.</summary>
    public string Location { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names =>
        [.. Directory.EnumerateFiles(Location, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Location, path).Replace('\\', '/'))];

    /// <inheritdoc/>
    public Stream Open(string name) => File.OpenRead(PathOf(name));

    /// <inheritdoc/>
    public string? FindPath(string name) => File.Exists(PathOf(name)) ? PathOf(name) : null;

    private string PathOf(string name) => Path.Combine(Location, name);
}
