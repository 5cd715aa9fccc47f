using System.Globalization;
using System.Text;

namespace RouteSae.Tokens.Normalizers;

/// <summary>The first half of "BertNormalizer": no control characters, one kind of space, spaces around Chinese characters.</summary>
internal sealed class BertTextNormalizer(bool cleanText, bool handleChineseCharacters) : RuneNormalizer
{
    protected override string? Replace(Rune rune)
    {
        if (cleanText && rune.Value is not (9 or 10 or 13) && (rune.Value is 0 or 0xFFFD || IsControl(rune)))
        {
            return "";
        }

        if (cleanText && Rune.IsWhiteSpace(rune))
        {
            return " ";
        }

        return handleChineseCharacters && IsChinese(rune.Value) ? $" {rune} " : null;
    }

    private static bool IsControl(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse;

    private static bool IsChinese(int value) => value
        is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
        or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
