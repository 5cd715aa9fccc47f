using System.Text;

namespace RouteSae.Tokens.Normalizers;

/// <summary>"ByteLevel": writes the UTF-8 bytes of every character in the <see cref="ByteAlphabet"/>.</summary>
internal sealed class ByteLevelNormalizer : RuneNormalizer
{
    protected override string? Replace(Rune rune) =>
        rune.Value is >= '!' and <= '~' ? null : ByteAlphabet.Write(rune.ToString());
}
