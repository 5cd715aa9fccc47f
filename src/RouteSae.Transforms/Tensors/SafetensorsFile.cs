using RouteSae.Files;
using RouteSae.Native;
using static TorchSharp.torch;

namespace RouteSae.Tensors;

/// <summary>
/// A safetensors file. A file on disk is memory-mapped: opening it costs its header, and a tensor is read when it is used.
/// </summary>
/// <remarks>Do not shorten or overwrite an open file in place; replacing it, as <see cref="AtomicFile"/> does, is safe.</remarks>
public sealed class SafetensorsFile : ITensorSource
{
    private readonly SafetensorsHeader _header;
    private readonly ITensorData _data;

    private SafetensorsFile(string location, SafetensorsHeader header, ITensorData data)
    {
        (Location, _header, _data) = (location, header, data);
        Names = [.. header.Entries.Values.OrderBy(entry => entry.Offset).ThenBy(entry => entry.Length).Select(entry => entry.Name)];
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <summary>The names of all tensors, in the order of their data.</summary>
    public IReadOnlyCollection<string> Names { get; }

    /// <summary>The free-form texts of the file's header.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="SafetensorsFormatException">The file is not a complete and consistent safetensors file.</exception>
    public static SafetensorsFile Open(string path)
    {
        TorchRuntime.EnsureLoaded();
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        try
        {
            var header = SafetensorsHeader.Read(file, file.Length, path);
            return new SafetensorsFile(path, header, new FileTensorData(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Reads everything from a stream, from its position to its end, into memory. The stream may be closed afterwards.
    /// </summary>
    /// <param name="stream">The stream; it need not be seekable.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="SafetensorsFormatException">The stream is not a complete and consistent safetensors file.</exception>
    public static SafetensorsFile Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        TorchRuntime.EnsureLoaded();
        long? available = stream.CanSeek ? stream.Length - stream.Position : null;
        var header = SafetensorsHeader.Read(stream, available, name);
        return new SafetensorsFile(name, header, StreamTensorData.Read(stream, header, available is not null, name));
    }

    /// <inheritdoc/>
    public bool Contains(string name) => _header.Entries.ContainsKey(name);

    /// <inheritdoc/>
    public SafetensorsEntry Entry(string name) =>
        _header.Entries.TryGetValue(name, out var entry) ? entry : throw MissingTensor.In(this, name);

    /// <inheritdoc/>
    public Tensor Load(string name, ScalarType? type = null, Device? device = null)
    {
        var entry = Entry(name);
        var stored = _data.Load(entry);
        var onDevice = device is not null && device.type != TorchSharp.DeviceType.CPU;
        if (!onDevice && (type is null || type == entry.Type))
        {
            return stored;
        }

        using (stored)
        {
            return stored.to(type ?? entry.Type, device ?? CPU);
        }
    }

    /// <inheritdoc/>
    public void CopyRows(string name, long firstRow, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var entry = Entry(name);
        if (entry.Shape.Count == 0 || target.dim() != entry.Shape.Count || !target.shape.Skip(1).SequenceEqual(entry.Shape.Skip(1))
            || firstRow < 0 || firstRow + target.shape[0] > entry.Shape[0] || !target.is_contiguous())
        {
            throw new ArgumentException(
                $"Rows of tensor '{name}' of shape [{string.Join(", ", entry.Shape)}] from {firstRow} on cannot be copied into a tensor of shape [{string.Join(", ", target.shape)}]; it must be contiguous and no longer than what is left.",
                nameof(target));
        }

        _data.Copy(entry, firstRow * (target.shape[0] == 0 ? 0 : target.NumberOfElements / target.shape[0]), target);
    }

    /// <summary>Closes the file. Tensors that were loaded stay valid.</summary>
    public void Dispose() => _data.Dispose();
}
