using System.Buffers.Binary;
using System.Text;

namespace RouteSae.Native;

/// <summary>The sections of a 64-bit little-endian ELF file. Every read is checked against the file's end.</summary>
internal sealed class ElfFile
{
    private const int HeaderSize = 64;
    private const int SectionHeaderSize = 64;
    private const int MaximumStringLength = 4096;

    // Magic number, 64 bits, little-endian.
    private static ReadOnlySpan<byte> Identification => [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1];

    private readonly byte[] _image;
    private readonly string _name;

    /// <summary>Reads the section table.</summary>
    /// <param name="image">The whole file.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <exception cref="BadImageFormatException">Not such a file, or one that is cut off.</exception>
    public ElfFile(byte[] image, string name)
    {
        (_image, _name) = (image, name);
        if (image.Length < HeaderSize || !image.AsSpan().StartsWith(Identification))
        {
            throw Malformed("it has no 64-bit little-endian ELF header");
        }

        Sections = ReadSections();
    }

    /// <summary>The section table; a section's data lies within the file.</summary>
    public IReadOnlyList<ElfSection> Sections { get; }

    /// <summary>An unsigned 16-bit number at a file offset.</summary>
    public ushort UInt16(long offset) => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(offset, sizeof(ushort)));

    /// <summary>An unsigned 32-bit number at a file offset.</summary>
    public uint UInt32(long offset) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(offset, sizeof(uint)));

    /// <summary>The zero-terminated string at an offset into a string section.</summary>
    public string String(ElfSection strings, long offset)
    {
        if (offset < 0 || offset >= strings.Size)
        {
            throw Malformed($"a name lies outside its section (offset {offset} of {strings.Size})");
        }

        var text = Bytes(strings.Offset + offset, Math.Min(strings.Size - offset, MaximumStringLength));
        var end = text.IndexOf((byte)0);
        return end >= 0 ? Encoding.ASCII.GetString(text[..end]) : throw Malformed("a name does not end");
    }

    /// <summary>The section with this index.</summary>
    public ElfSection Section(uint index) =>
        index < Sections.Count ? Sections[(int)index] : throw Malformed($"section {index} does not exist");

    /// <summary>The exception for a file that contradicts itself.</summary>
    public BadImageFormatException Malformed(string reason) => new($"{_name} is not a readable library: {reason}.");

    private List<ElfSection> ReadSections()
    {
        var table = Int64(0x28);
        int size = UInt16(0x3A), count = UInt16(0x3C);
        if (count > 0 && size < SectionHeaderSize)
        {
            throw Malformed($"its section headers have {size} bytes");
        }

        _ = Bytes(table, (long)count * size);
        var sections = new List<ElfSection>(count);
        for (var index = 0; index < count; index++)
        {
            sections.Add(ReadSection(table + ((long)index * size)));
        }

        return sections;
    }

    private ElfSection ReadSection(long header)
    {
        const uint NoBits = 8;
        var section = new ElfSection(UInt32(header + 4), Int64(header + 24), Int64(header + 32), UInt32(header + 40));
        if (section.Type == NoBits)
        {
            return section with { Size = 0 };
        }

        _ = Bytes(section.Offset, section.Size);
        return section;
    }

    private long Int64(long offset) => BinaryPrimitives.ReadInt64LittleEndian(Bytes(offset, sizeof(long)));

    private ReadOnlySpan<byte> Bytes(long offset, long length)
    {
        if (offset < 0 || length < 0 || offset > _image.Length || length > _image.Length - offset)
        {
            throw Malformed($"it ends at byte {_image.Length}, before byte {unchecked((ulong)offset + (ulong)length)}");
        }

        return _image.AsSpan((int)offset, (int)length);
    }
}
