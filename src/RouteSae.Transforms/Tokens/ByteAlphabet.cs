using System.Text;

namespace RouteSae.Tokens;

/// <summary>
/// GPT-2's alphabet: a printable character for each byte, so that tokens of bytes can be written as strings.
/// Printable Latin-1 bytes stand for themselves; the others follow from U+0100 on, in order ("Ġ" is the space).
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = BuildCharacters();
    private static readonly Dictionary<char, byte> Bytes = BuildBytes();

    public static char Character(byte value) => Characters[value];

    /// <summary>The string of the UTF-8 bytes of a text; halves of surrogate pairs count as U+FFFD.</summary>
    public static string Write(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var count = Encoding.UTF8.GetBytes(text, bytes);
        return string.Create(count, bytes, static (characters, source) =>
        {
            for (var index = 0; index < characters.Length; index++)
            {
                characters[index] = Characters[source[index]];
            }
        });
    }

    /// <summary>The bytes that a token stands for; a token outside the alphabet stands for its own UTF-8 bytes.</summary>
    public static byte[] Read(string token)
    {
        var bytes = new byte[token.Length];
        for (var index = 0; index < token.Length; index++)
        {
            if (!Bytes.TryGetValue(token[index], out bytes[index]))
            {
                return Encoding.UTF8.GetBytes(token);
            }
        }

        return bytes;
    }

    private static char[] BuildCharacters()
    {
        var characters = new char[256];
        var next = 'Ā';
        for (var value = 0; value < 256; value++)
        {
            var printable = value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE;
            characters[value] = printable ? (char)value : next++;
        }

        return characters;
    }

    private static Dictionary<char, byte> BuildBytes()
    {
        var bytes = new Dictionary<char, byte>(256);
        for (var value = 0; value < 256; value++)
        {
            bytes[Characters[value]] = (byte)value;
        }

        return bytes;
    }
}
