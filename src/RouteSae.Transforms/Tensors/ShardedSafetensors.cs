using static TorchSharp.torch;

namespace RouteSae.Tensors;

/// <summary>
/// A checkpoint in several safetensors files with an index (<c>model.safetensors.index.json</c>). A file is opened when
/// one of its tensors is first asked for.
/// </summary>
public sealed class ShardedSafetensors : ITensorSource
{
    private readonly string _folder;
    private readonly IReadOnlyDictionary<string, string> _files;
    private readonly Dictionary<string, SafetensorsFile> _shards = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private bool _disposed;

    private ShardedSafetensors(string indexPath)
    {
        Location = indexPath;
        _folder = Path.GetDirectoryName(Path.GetFullPath(indexPath))!;
        _files = SafetensorsIndex.Read(indexPath);
        Names = [.. _files.Keys];
    }

    /// <summary>The index.</summary>
    public string Location { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names { get; }

    /// <summary>Reads an index. The files that it names are not opened yet.</summary>
    /// <exception cref="FileNotFoundException">There is no such index.</exception>
    /// <exception cref="SafetensorsFormatException">The index is malformed or points outside its folder.</exception>
    public static ShardedSafetensors Open(string indexPath) => new(indexPath);

    /// <inheritdoc/>
    public bool Contains(string name) => _files.ContainsKey(name);

    /// <inheritdoc/>
    /// <exception cref="FileNotFoundException">The file that holds the tensor is missing.</exception>
    /// <exception cref="SafetensorsFormatException">That file is malformed or does not hold the tensor.</exception>
    public SafetensorsEntry Entry(string name) => Shard(name).Entry(name);

    /// <inheritdoc/>
    /// <exception cref="FileNotFoundException">The file that holds the tensor is missing.</exception>
    /// <exception cref="SafetensorsFormatException">That file is malformed or does not hold the tensor.</exception>
    public Tensor Load(string name, ScalarType? type = null, Device? device = null) => Shard(name).Load(name, type, device);

    /// <inheritdoc/>
    /// <exception cref="FileNotFoundException">The file that holds the tensor is missing.</exception>
    /// <exception cref="SafetensorsFormatException">That file is malformed or does not hold the tensor.</exception>
    public void CopyRows(string name, long firstRow, Tensor target) => Shard(name).CopyRows(name, firstRow, target);

    /// <summary>Closes the files. Tensors that were loaded stay valid.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var shard in _shards.Values)
            {
                shard.Dispose();
            }

            _shards.Clear();
        }
    }

    private SafetensorsFile Shard(string name)
    {
        if (!_files.TryGetValue(name, out var file))
        {
            throw MissingTensor.In(this, name);
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_shards.TryGetValue(file, out var shard))
            {
                _shards.Add(file, shard = OpenShard(file, name));
            }

            return shard.Contains(name)
                ? shard
                : throw SafetensorsFormatException.In(Location, $"{file} does not hold tensor '{name}', which the index promises");
        }
    }

    private SafetensorsFile OpenShard(string file, string name)
    {
        var path = Path.Combine(_folder, file);
        return File.Exists(path)
            ? SafetensorsFile.Open(path)
            : throw new FileNotFoundException(
                $"The checkpoint is incomplete: {path} is missing ({Path.GetFileName(Location)} names it for tensor '{name}').", path);
    }
}
