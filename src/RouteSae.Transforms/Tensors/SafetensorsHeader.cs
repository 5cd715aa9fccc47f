using System.Buffers.Binary;

namespace RouteSae.Tensors;

/// <summary>The checked header of a safetensors file: 8 bytes with its length, then JSON, then the data.</summary>
/// <param name="Entries">The tensors by name; together they cover the data without holes.</param>
/// <param name="Metadata">The free-form texts of <c>__metadata__</c>.</param>
/// <param name="Length">The length of the whole file in bytes.</param>
internal sealed record SafetensorsHeader(
    IReadOnlyDictionary<string, SafetensorsEntry> Entries,
    IReadOnlyDictionary<string, string> Metadata,
    long Length)
{
    /// <summary>The bytes before the JSON.</summary>
    public const int PrefixLength = sizeof(ulong);

    /// <summary>The longest JSON header that the format allows, in bytes.</summary>
    public const int MaximumJsonLength = 100_000_000;

    private const int FirstRead = 1 << 20;

    /// <summary>Reads and checks a header.</summary>
    /// <param name="stream">Positioned at the beginning of the safetensors data.</param>
    /// <param name="available">The bytes in the stream from here on, or null if unknown.</param>
    /// <param name="location">The file's name, for messages.</param>
    /// <exception cref="SafetensorsFormatException">The header is malformed or does not fit the file.</exception>
    public static SafetensorsHeader Read(Stream stream, long? available, string location)
    {
        var jsonLength = ReadLength(stream, available, location);
        var json = ReadJson(stream, jsonLength, location);
        var dataStart = PrefixLength + (long)jsonLength;
        var parser = new SafetensorsHeaderParser(json, dataStart, location);
        parser.Parse();
        var end = SafetensorsLayout.Check(parser.Entries.Values, dataStart, location);
        if (available is { } length && length != end)
        {
            throw SafetensorsFormatException.In(location, length < end
                ? $"the file is truncated: it has {length} bytes and its header describes {end}"
                : $"{length - end} bytes follow the last tensor, which ends at byte {end}");
        }

        return new SafetensorsHeader(parser.Entries, parser.Metadata, end);
    }

    private static int ReadLength(Stream stream, long? available, string location)
    {
        Span<byte> prefix = stackalloc byte[PrefixLength];
        var read = stream.ReadAtLeast(prefix, PrefixLength, throwOnEndOfStream: false);
        if (read < PrefixLength)
        {
            throw SafetensorsFormatException.In(location, $"the file is truncated: it has {read} bytes and not even the length of a header");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length is 0 or > MaximumJsonLength)
        {
            throw SafetensorsFormatException.In(location,
                $"this is not a safetensors file: its header would have {length} bytes (1 to {MaximumJsonLength} are allowed)");
        }

        if (available is { } bytes && length > (ulong)bytes - PrefixLength)
        {
            throw SafetensorsFormatException.In(location,
                $"the file is truncated: it has {bytes} bytes and its header alone needs {length + PrefixLength}");
        }

        return (int)length;
    }

    // The buffer grows with what arrives: a stream that lies about its header does not make us allocate 100 MB.
    private static ReadOnlySpan<byte> ReadJson(Stream stream, int length, string location)
    {
        var buffer = new byte[Math.Min(length, FirstRead)];
        for (var filled = 0; ;)
        {
            filled += stream.ReadAtLeast(buffer.AsSpan(filled), buffer.Length - filled, throwOnEndOfStream: false);
            if (filled < buffer.Length)
            {
                throw SafetensorsFormatException.In(location, $"the file is truncated: its header has {filled} of {length} bytes");
            }

            if (filled == length)
            {
                return buffer;
            }

            Array.Resize(ref buffer, (int)Math.Min(length, 2L * buffer.Length));
        }
    }
}
