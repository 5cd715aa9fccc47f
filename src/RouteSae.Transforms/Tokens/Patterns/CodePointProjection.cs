using System.Text;

namespace RouteSae.Tokens.Patterns;

/// <summary>
/// A text with every code point beyond U+FFFF replaced by one character, so that a regular expression over UTF-16
/// treats it as one letter, digit or symbol.
/// </summary>
internal sealed class CodePointProjection
{
    private readonly char[] _characters;
    private readonly int[] _starts;
    private readonly int _count;

    private CodePointProjection(char[] characters, int[] starts, int count)
    {
        _characters = characters;
        _starts = starts;
        _count = count;
    }

    /// <param name="text">The text.</param>
    /// <param name="representative">The character that stands for a code point.</param>
    public static CodePointProjection Of(ReadOnlySpan<char> text, Func<Rune, char> representative)
    {
        var characters = new char[text.Length];
        var starts = new int[text.Length + 1];
        var count = 0;
        for (var position = 0; position < text.Length; count++)
        {
            Rune.DecodeFromUtf16(text[position..], out var rune, out var consumed);
            characters[count] = representative(rune);
            starts[count] = position;
            position += consumed;
        }

        starts[count] = text.Length;
        return new CodePointProjection(characters, starts, count);
    }

    /// <summary>Searches the characters that stand for code points.</summary>
    public delegate void Search(ReadOnlySpan<char> characters, List<CharacterSpan> matches);

    /// <summary>Appends the matches of a search as ranges of the original text.</summary>
    public void Find(Search search, List<CharacterSpan> matches)
    {
        var first = matches.Count;
        search(_characters.AsSpan(0, _count), matches);
        for (var index = first; index < matches.Count; index++)
        {
            var start = _starts[matches[index].Start];
            matches[index] = new CharacterSpan(start, _starts[matches[index].End] - start);
        }
    }
}
