using static TorchSharp.torch;

namespace RouteSae.Tensors;

/// <summary>Tensors that were read from a stream, in memory.</summary>
internal sealed class StreamTensorData : ITensorData
{
    // Nothing larger is allocated on the word of a header alone.
    private const long TrustedBytes = 64 << 20;

    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);
    private readonly HashSet<string> _lent = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private bool _disposed;

    private StreamTensorData()
    {
    }

    /// <summary>Reads all tensors.</summary>
    /// <param name="stream">Positioned behind the header.</param>
    /// <param name="header">The header.</param>
    /// <param name="lengthIsKnown">Whether the stream is known to be as long as the header says.</param>
    /// <param name="location">The stream's name, for messages.</param>
    /// <exception cref="SafetensorsFormatException">The stream ends too early or too late.</exception>
    public static StreamTensorData Read(Stream stream, SafetensorsHeader header, bool lengthIsKnown, string location)
    {
        var data = new StreamTensorData();
        try
        {
            foreach (var entry in header.Entries.Values.OrderBy(entry => entry.Offset).ThenBy(entry => entry.Length))
            {
                data._tensors.Add(entry.Name, ReadTensor(stream, entry, lengthIsKnown, location));
            }

            if (stream.ReadByte() >= 0)
            {
                throw SafetensorsFormatException.In(location, $"bytes follow the last tensor, which ends at byte {header.Length}");
            }

            return data;
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    public Tensor Load(SafetensorsEntry entry)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var tensor = _tensors[entry.Name];

            // The first caller gets the memory itself: a model read from a stream is not held twice.
            return _lent.Add(entry.Name) ? tensor.alias() : tensor.clone();
        }
    }

    public void Copy(SafetensorsEntry entry, long first, Tensor target)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            using var scope = NewDisposeScope();
            target.view(-1).copy_(_tensors[entry.Name].view(-1).narrow(0, first, target.NumberOfElements));
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var tensor in _tensors.Values)
            {
                tensor.Dispose();
            }

            _tensors.Clear();
        }
    }

    private static Tensor ReadTensor(Stream stream, SafetensorsEntry entry, bool lengthIsKnown, string location)
    {
        using var scope = NewDisposeScope();
        var type = ElementType.Of(entry);
        var count = entry.Length / type.Size;
        var allocated = lengthIsKnown ? count : Math.Min(count, TrustedBytes / type.Size);
        var tensor = empty(allocated, type.StorageType);
        Fill(stream, tensor, entry, location);
        while (tensor.NumberOfElements < count)
        {
            tensor = Grow(tensor, Math.Min(count, 2 * tensor.NumberOfElements), stream, entry, location);
        }

        return tensor.to_type(type.Type).view([.. entry.Shape]).DetachFromDisposeScope();
    }

    private static Tensor Grow(Tensor filled, long count, Stream stream, SafetensorsEntry entry, string location)
    {
        var grown = empty(count, filled.dtype);
        using var start = grown.narrow(0, 0, filled.NumberOfElements);
        using var copied = start.copy_(filled);
        using var rest = grown.narrow(0, filled.NumberOfElements, count - filled.NumberOfElements);
        Fill(stream, rest, entry, location);
        filled.Dispose();
        return grown;
    }

    private static void Fill(Stream stream, Tensor tensor, SafetensorsEntry entry, string location) =>
        TensorChunks.Visit(tensor, (bytes, _) =>
        {
            if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            {
                throw SafetensorsFormatException.In(location,
                    $"the file is truncated within tensor {SafetensorsFormatException.Quote(entry.Name)}, which needs {entry.Length} bytes");
            }
        });
}
