using System.Text;

namespace RouteSae.Tokens.Normalizers;

/// <summary>Rewrites a text one code point at a time.</summary>
internal abstract class RuneNormalizer : Normalizer
{
    public override Piece Apply(Piece piece)
    {
        AlignedTextBuilder? builder = null;
        var characters = piece.Characters;
        for (var position = 0; position < characters.Length;)
        {
            Rune.DecodeFromUtf16(characters[position..], out var rune, out var length);
            var replacement = Replace(rune);
            if (replacement is not null && builder is null)
            {
                builder = new AlignedTextBuilder(piece);
                builder.Copy(0, position);
            }

            if (replacement is null)
            {
                builder?.Copy(position, length);
            }
            else
            {
                builder!.Append(replacement, piece.OriginalOf(new CharacterSpan(position, length)));
            }

            position += length;
        }

        return builder?.Build() ?? piece;
    }

    /// <summary>What stands for a code point: null for itself, empty for nothing.</summary>
    protected abstract string? Replace(Rune rune);
}
