using System.Globalization;
using System.Text;

namespace RouteSae.Tokens.Patterns;

/// <summary>Stands in for code points beyond U+FFFF where an expression asks for their category alone.</summary>
internal static class CategoryRepresentative
{
    /// <summary>A character of the basic plane of the same category; those of the plane stand for themselves.</summary>
    public static char Of(Rune rune) => rune.IsBmp ? (char)rune.Value : Of(Rune.GetUnicodeCategory(rune));

    /// <summary>A character of a category.</summary>
    public static char Of(UnicodeCategory category) => category switch
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
