using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace RouteSae.Tensors;

/// <summary>
/// Tensors as views into a memory-mapped file: pages are read when they are first used, and copied when they are first
/// written to. What cannot be mapped is read.
/// </summary>
/// <param name="file">The file, which the new object owns.</param>
internal sealed class FileTensorData(FileStream file) : ITensorData
{
    private const long PieceElements = 1 << 21;

    private readonly SafeFileHandle _handle = file.SafeFileHandle;
    private readonly long _length = file.Length;
    private readonly DateTime _written = File.GetLastWriteTimeUtc(file.SafeFileHandle);
    private readonly Dictionary<ScalarType, Tensor> _maps = [];
    private readonly HashSet<string> _lent = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    public Tensor Load(SafetensorsEntry entry)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
            var type = ElementType.Of(entry);
            if (entry.Length == 0)
            {
                return empty([.. entry.Shape], type.Type);
            }

            var tensor = View(entry, type) ?? Read(entry, type);
            if (type.StorageType == type.Type)
            {
                return tensor;
            }

            using (tensor)
            {
                return tensor.to_type(type.Type);
            }
        }
    }

    /// <remarks>Read, not mapped: pages of a map would count as memory beside the copy.</remarks>
    public void Copy(SafetensorsEntry entry, long first, Tensor target)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
            var type = ElementType.Of(entry);
            var start = entry.Offset + first * type.Size;
            if (target.dtype == type.StorageType && target.device_type == TorchSharp.DeviceType.CPU)
            {
                TensorChunks.Visit(target, (bytes, offset) => Fill(bytes, start + offset));
            }
            else
            {
                Convert(type, start, target);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            DisposeMaps();
            file.Dispose();
        }
    }

    private Tensor? View(SafetensorsEntry entry, ElementType type)
    {
        // A map lends each tensor once, so that a change in place is not seen by who loads the same tensor later.
        if (!_lent.Add(entry.Name))
        {
            DisposeMaps();
            _lent.Add(entry.Name);
        }

        if (entry.Offset % type.Size != 0 || Map(type) is not { } map)
        {
            return null;
        }

        using var elements = map.narrow(0, entry.Offset / type.Size, entry.Length / type.Size);
        return elements.view([.. entry.Shape]);
    }

    private Tensor? Map(ElementType type)
    {
        if (_maps.TryGetValue(type.StorageType, out var map))
        {
            return map;
        }

        // libtorch opens the path anew: it must not find another file there than the one whose header was read.
        var now = new FileInfo(file.Name);
        if (!now.Exists || now.Length != _length || now.LastWriteTimeUtc != _written)
        {
            return null;
        }

        try
        {
            map = from_file(file.Name, shared: false, size: _length / type.Size, dtype: type.StorageType).DetachFromDisposeScope();
        }
        catch (ExternalException)
        {
            // A file system without maps, or a limit on address space: reading works all the same.
            return null;
        }

        return _maps[type.StorageType] = map;
    }

    private Tensor Read(SafetensorsEntry entry, ElementType type)
    {
        var tensor = empty([.. entry.Shape], type.StorageType);
        try
        {
            TensorChunks.Visit(tensor, (bytes, offset) => Fill(bytes, entry.Offset + offset));
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    private void Convert(ElementType type, long start, Tensor target)
    {
        using var scope = NewDisposeScope();
        var flat = target.view(-1);
        var count = flat.NumberOfElements;
        using var piece = empty(Math.Min(count, PieceElements), type.StorageType);
        for (long done = 0, step; done < count; done += step)
        {
            step = Math.Min(count - done, PieceElements);
            using var scopeOfPiece = NewDisposeScope();
            var read = piece.narrow(0, 0, step);
            Fill(read.bytes, start + done * type.Size);
            flat.narrow(0, done, step).copy_(type.StorageType == type.Type ? read : read.to_type(type.Type));
        }
    }

    private void Fill(Span<byte> bytes, long position)
    {
        while (!bytes.IsEmpty)
        {
            var read = RandomAccess.Read(_handle, bytes, position);
            if (read == 0)
            {
                throw SafetensorsFormatException.In(file.Name, $"the file was shortened to {position} bytes after it was opened");
            }

            bytes = bytes[read..];
            position += read;
        }
    }

    // The views that were lent keep their part of the map alive.
    private void DisposeMaps()
    {
        foreach (var map in _maps.Values)
        {
            map.Dispose();
        }

        _maps.Clear();
        _lent.Clear();
    }
}
