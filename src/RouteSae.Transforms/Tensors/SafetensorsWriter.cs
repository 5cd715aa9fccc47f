using System.Buffers.Binary;
using RouteSae.Files;
using RouteSae.Native;
using static TorchSharp.torch;

namespace RouteSae.Tensors;

/// <summary>Writes safetensors files. The same tensors give the same bytes, whatever the order in which they come.</summary>
/// <remarks>
/// Tensors are ordered by the size of their elements, largest first, and then by name, so that each lies at a multiple
/// of its element size and can be mapped. Data is written in pieces; tensors on a device or with strides are copied
/// a piece at a time.
/// </remarks>
public static class SafetensorsWriter
{
    /// <summary>Writes a file; it is complete or, after an error, what it was before.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="tensors">Names and tensors; the caller keeps them.</param>
    /// <param name="metadata">Free-form texts for the header.</param>
    /// <exception cref="ArgumentException">A name occurs twice or is reserved, or a type has no place in the format.</exception>
    public static void Write(
        string path,
        IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        var header = Prepare(tensors, metadata);
        AtomicFile.Write(path, stream => Write(stream, header));
    }

    /// <summary>Writes to a stream, at its position; the stream is left open.</summary>
    /// <inheritdoc cref="Write(string, IEnumerable{KeyValuePair{string, Tensor}}, IReadOnlyDictionary{string, string}?)"/>
    public static void Write(
        Stream stream,
        IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Write(stream, Prepare(tensors, metadata));
    }

    /// <summary>Checks and orders tensors.</summary>
    internal static SafetensorsHeaderWriter Prepare(
        IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        TorchRuntime.EnsureLoaded();
        return new SafetensorsHeaderWriter(tensors, metadata);
    }

    /// <summary>Writes the header of a file.</summary>
    /// <returns>Its length in bytes, which is where the data starts.</returns>
    internal static long WriteHeader(Stream stream, SafetensorsHeaderWriter header)
    {
        var json = header.ToJson();
        Span<byte> length = stackalloc byte[SafetensorsHeader.PrefixLength];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)json.Length);
        stream.Write(length);
        stream.Write(json);
        return SafetensorsHeader.PrefixLength + json.Length;
    }

    private static void Write(Stream stream, SafetensorsHeaderWriter header)
    {
        WriteHeader(stream, header);
        foreach (var (_, tensor) in header.Tensors)
        {
            using var data = tensor.detach();
            TensorChunks.VisitRowMajor(data, stream.Write);
        }
    }
}
