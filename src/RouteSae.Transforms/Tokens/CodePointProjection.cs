using System.Globalization;
using System.Text;

namespace RouteSae.Tokens;

/// <summary>
/// A text with every code point beyond U+FFFF replaced by one character of the same Unicode category, so that a
/// regular expression over UTF-16 treats it as one letter, digit or symbol.
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

    public ReadOnlySpan<char> Characters => _characters.AsSpan(0, _count);

    public static CodePointProjection Of(ReadOnlySpan<char> text)
    {
        var characters = new char[text.Length];
        var starts = new int[text.Length + 1];
        var count = 0;
        for (var position = 0; position < text.Length; count++)
        {
            Rune.DecodeFromUtf16(text[position..], out var rune, out var consumed);
            characters[count] = rune.IsBmp ? (char)rune.Value : Representative(Rune.GetUnicodeCategory(rune));
            starts[count] = position;
            position += consumed;
        }

        starts[count] = text.Length;
        return new CodePointProjection(characters, starts, count);
    }

    /// <summary>The range of the original text that a range of the projection stands for.</summary>
    public CharacterSpan Original(CharacterSpan projected)
    {
        var start = _starts[projected.Start];
        return new CharacterSpan(start, _starts[projected.End] - start);
    }

    /// <summary>A character of a category, of a script that no pattern names.</summary>
    internal static char Representative(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => '\uA726',
        UnicodeCategory.LowercaseLetter => '\uA727',
        UnicodeCategory.TitlecaseLetter => '\u01C5',
        UnicodeCategory.ModifierLetter => '\uA7F8',
        UnicodeCategory.OtherLetter => '\uA000',
        UnicodeCategory.NonSpacingMark => '\uA66F',
        UnicodeCategory.SpacingCombiningMark => '\uA823',
        UnicodeCategory.EnclosingMark => '\uA670',
        UnicodeCategory.DecimalDigitNumber => '\uA620',
        UnicodeCategory.LetterNumber => '\uA6E6',
        UnicodeCategory.OtherNumber => '\uA830',
        UnicodeCategory.ConnectorPunctuation => '\uFE33',
        UnicodeCategory.DashPunctuation => '\u2E17',
        UnicodeCategory.OpenPunctuation => '\u2E22',
        UnicodeCategory.ClosePunctuation => '\u2E23',
        UnicodeCategory.InitialQuotePunctuation => '\u2E02',
        UnicodeCategory.FinalQuotePunctuation => '\u2E03',
        UnicodeCategory.OtherPunctuation => '\uA6F2',
        UnicodeCategory.MathSymbol => '\u2A00',
        UnicodeCategory.CurrencySymbol => '\u20AA',
        UnicodeCategory.ModifierSymbol => '\uA700',
        UnicodeCategory.OtherSymbol => '\uA490',
        UnicodeCategory.Format => '\u2061',
        UnicodeCategory.PrivateUse => '\uE000',
        _ => '\uFFFF',
    };
}
