namespace RouteSae.Bundles;

/// <summary>The files of a bundle in memory, such as those read from an ML.NET model.</summary>
/// <param name="location">Where they came from, for messages.</param>
/// <param name="files">Their bytes by name. Not copied: they must not change.</param>
public sealed class MemoryBundleFiles(string location, IReadOnlyDictionary<string, byte[]> files) : IBundleFiles
{
    /// <inheritdoc/>
    public string Location => location;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => [.. files.Keys];

    /// <inheritdoc/>
    public Stream Open(string name) => files.TryGetValue(name, out var bytes)
        ? new MemoryStream(bytes, writable: false)
        : throw new FileNotFoundException($"{location} has no file '{name}'.", name);
}
