using System.Text;

namespace RouteSae.Tokens.Normalizers;

/// <summary>"Lowercase": every character in lower case, whatever stands beside it.</summary>
internal sealed class LowercaseNormalizer : RuneNormalizer
{
    protected override string? Replace(Rune rune) => rune.Value switch
    {
        < 0x80 => rune.Value is >= 'A' and <= 'Z' ? ((char)(rune.Value | 0x20)).ToString() : null,
        0x130 => "i\u0307",
        0x212A => "k",
        0x212B => "å",
        _ => Rune.ToLowerInvariant(rune) is var lower && lower != rune ? lower.ToString() : null,
    };
}
