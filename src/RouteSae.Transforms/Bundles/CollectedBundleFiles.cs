using RouteSae.Autoencoders;
using RouteSae.Features;
using RouteSae.Files;

namespace RouteSae.Bundles;

/// <summary>The files of a bundle that is being made: some in memory, some still where they came from.</summary>
internal sealed class CollectedBundleFiles(string location) : IBundleFiles
{
    private readonly Dictionary<string, (Func<Stream> Open, string? Path, BundleFile? Expected)> _files = new(StringComparer.Ordinal);

    public string Location => location;

    public IReadOnlyCollection<string> Names => [.. _files.Keys.Order(StringComparer.Ordinal)];

    public void Add(string name, byte[] bytes) => _files.Add(name, (() => new MemoryStream(bytes, writable: false), null, null));

    public void AddFile(string name, string path) =>
        _files.Add(name, File.Exists(path) ? (() => File.OpenRead(path), path, null) : throw new FileNotFoundException($"{location} needs '{path}', which does not exist.", path));

    /// <summary>Adds a file of another bundle, with the hash that it had when that bundle was opened.</summary>
    public void AddFrom(FeatureBundle bundle, string name) =>
        _files.Add(name, (() => bundle.Files.Open(name), bundle.Files.FindPath(name), bundle.Manifest.Files[name]));

    public void AddFeatures(AutoencoderModel model, FeatureCatalog features)
    {
        using var weights = new MemoryStream();
        model.Save(weights);
        Add(BundleFileNames.Autoencoder, weights.ToArray());
        Add(BundleFileNames.Features, features.ToJson());
    }

    /// <summary>Adds the manifest, with the sizes and hashes of all files so far. Comes last.</summary>
    public void AddManifest(BundleManifest manifest) =>
        Add(BundleManifest.FileName, (manifest with { Files = Names.ToDictionary(name => name, Measure) }).ToJson());

    public Stream Open(string name) =>
        _files.TryGetValue(name, out var file) ? file.Open() : throw new FileNotFoundException($"{location} has no file '{name}'.", name);

    public string? FindPath(string name) => _files.TryGetValue(name, out var file) ? file.Path : null;

    private BundleFile Measure(string name)
    {
        if (_files[name].Expected is { } expected)
        {
            return expected;
        }

        using var stream = Open(name);
        return BundleFile.Measure(stream);
    }
}
