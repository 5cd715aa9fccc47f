using System.Text;

namespace RouteSae.Tokens.Models;

/// <summary>The tokens "&lt;0x00&gt;" to "&lt;0xFF&gt;" of a vocabulary, or those of the <see cref="ByteAlphabet"/>.</summary>
internal sealed class ByteTokens
{
    private const int LongestUtf8 = 4;

    private readonly int?[] _ids = new int?[256];

    public ByteTokens(TokenVocabulary vocabulary, bool alphabet)
    {
        for (var value = 0; value < _ids.Length; value++)
        {
            _ids[value] = vocabulary.Find(alphabet ? ByteAlphabet.Character((byte)value).ToString() : $"<0x{value:X2}>");
        }
    }

    public int? this[byte value] => _ids[value];

    /// <summary>Appends the tokens of a text's bytes, each with the characters of its code point, if all bytes have one.</summary>
    public bool TryAdd(ReadOnlySpan<char> text, int start, List<Symbol> symbols)
    {
        var before = symbols.Count;
        Span<byte> utf8 = stackalloc byte[LongestUtf8];
        for (var position = 0; position < text.Length;)
        {
            Rune.DecodeFromUtf16(text[position..], out var rune, out var consumed);
            foreach (var value in utf8[..rune.EncodeToUtf8(utf8)])
            {
                if (_ids[value] is not { } id)
                {
                    symbols.RemoveRange(before, symbols.Count - before);
                    return false;
                }

                symbols.Add(new Symbol(id, start + position, start + position + consumed));
            }

            position += consumed;
        }

        return true;
    }
}
