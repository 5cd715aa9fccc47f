using System.Buffers.Binary;
using System.Text;

namespace RouteSae.Tokens.Normalizers;

/// <summary>
/// SentencePiece's map of character sequences to replacements: a double-array trie over UTF-8 bytes whose values are
/// places in a table of strings that end in zero.
/// </summary>
internal sealed class CharacterMap
{
    private const int LongestKey = 8;
    private const uint ValueMask = (1u << 31) - 1;
    private const uint LabelMask = (1u << 31) | 0xFF;

    private readonly uint[] _trie;
    private readonly byte[] _replacements;

    private CharacterMap(uint[] trie, byte[] replacements)
    {
        _trie = trie;
        _replacements = replacements;
    }

    /// <summary>Reads the map, or gives null where its sizes contradict one another.</summary>
    public static CharacterMap? Read(ReadOnlySpan<byte> data)
    {
        if (data.Length < sizeof(uint) || !BinaryPrimitives.TryReadUInt32LittleEndian(data, out var size)
            || size == 0 || size % sizeof(uint) != 0 || size > data.Length - sizeof(uint))
        {
            return null;
        }

        var trie = new uint[size / sizeof(uint)];
        for (var index = 0; index < trie.Length; index++)
        {
            trie[index] = BinaryPrimitives.ReadUInt32LittleEndian(data[((index + 1) * sizeof(uint))..]);
        }

        return new CharacterMap(trie, data[(sizeof(uint) + (int)size)..].ToArray());
    }

    /// <summary>What replaces the shortest beginning of a text that the map has, or null.</summary>
    public string? Find(ReadOnlySpan<char> text)
    {
        Span<byte> utf8 = stackalloc byte[LongestKey];
        var node = Offset(_trie[0]);
        foreach (var value in utf8[..Encoding.UTF8.GetBytes(text, utf8)])
        {
            node ^= value;
            if (value == 0 || node >= _trie.Length || (_trie[node] & LabelMask) != value)
            {
                return null;
            }

            var hasValue = (_trie[node] >> 8 & 1) == 1;
            node ^= Offset(_trie[node]);
            if (hasValue && node < _trie.Length)
            {
                return Replacement((int)(_trie[node] & ValueMask));
            }
        }

        return null;
    }

    private static uint Offset(uint unit) => unit >> 10 << (int)((unit & (1u << 9)) >> 6);

    private string Replacement(int start)
    {
        if (start >= _replacements.Length)
        {
            return "";
        }

        var rest = _replacements.AsSpan(start);
        var end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }
}
