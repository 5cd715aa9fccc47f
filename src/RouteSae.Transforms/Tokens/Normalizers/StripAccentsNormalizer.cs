using System.Globalization;
using System.Text;

namespace RouteSae.Tokens.Normalizers;

/// <summary>"StripAccents": leaves combining marks out.</summary>
/// <param name="nonSpacingOnly">Whether marks that take up room stay, as with BERT.</param>
internal sealed class StripAccentsNormalizer(bool nonSpacingOnly) : RuneNormalizer
{
    protected override string? Replace(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.NonSpacingMark => "",
        UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark when !nonSpacingOnly => "",
        _ => null,
    };
}
