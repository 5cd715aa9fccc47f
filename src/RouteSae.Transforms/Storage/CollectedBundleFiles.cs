namespace RouteSae.Storage;

/// <summary>The files of a bundle that is being made: some in memory, some still where they came from.</summary>
internal sealed class CollectedBundleFiles(string location) : IBundleFiles
{
    private readonly Dictionary<string, byte[]> _bytes = [];
    private readonly Dictionary<string, string> _paths = [];

    public string Location => location;

    public IReadOnlyCollection<string> Names => [.. _bytes.Keys.Concat(_paths.Keys).Order(StringComparer.Ordinal)];

    public void Add(string name, byte[] bytes) => _bytes.Add(name, bytes);

    public void AddFile(string name, string path) =>
        _paths.Add(name, File.Exists(path) ? path : throw new FileNotFoundException($"{location} needs '{path}', which does not exist.", path));

    public Stream Open(string name) =>
        _bytes.TryGetValue(name, out var bytes) ? new MemoryStream(bytes, writable: false)
        : _paths.TryGetValue(name, out var path) ? File.OpenRead(path)
        : throw new FileNotFoundException($"{location} has no file '{name}'.", name);

    public string? FindPath(string name) => _paths.GetValueOrDefault(name);
}
