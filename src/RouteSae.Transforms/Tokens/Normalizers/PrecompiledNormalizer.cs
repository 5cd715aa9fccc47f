using System.Globalization;
using System.Text;

namespace RouteSae.Tokens.Normalizers;

/// <summary>"Precompiled": rewrites by the character map of a SentencePiece model.</summary>
/// <remarks>
/// As in Hugging Face's tokenizers, a short grapheme is looked up as a whole and replaced as a whole even where only
/// its beginning is in the map; of a longer one each character is looked up alone.
/// </remarks>
internal sealed class PrecompiledNormalizer(CharacterMap map) : Normalizer
{
    private const int LongestGrapheme = 5;

    public override Piece Apply(Piece piece)
    {
        var builder = new AlignedTextBuilder(piece);
        var characters = piece.Characters;
        for (var position = 0; position < characters.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(characters[position..]);
            if (!TryReplace(piece, position, length, builder))
            {
                AddCharacters(piece, position, position + length, builder);
            }

            position += length;
        }

        return builder.Build();
    }

    private void AddCharacters(Piece piece, int start, int end, AlignedTextBuilder builder)
    {
        for (var position = start; position < end;)
        {
            Rune.DecodeFromUtf16(piece.Characters[position..], out _, out var length);
            if (!TryReplace(piece, position, length, builder))
            {
                builder.Copy(position, length);
            }

            position += length;
        }
    }

    private bool TryReplace(Piece piece, int start, int length, AlignedTextBuilder builder)
    {
        var part = piece.Characters.Slice(start, length);
        if (length > LongestGrapheme || Encoding.UTF8.GetByteCount(part) > LongestGrapheme || map.Find(part) is not { } replacement)
        {
            return false;
        }

        var original = piece.OriginalOf(new CharacterSpan(start, length));
        if (replacement.Length == 0)
        {
            builder.Delete(original);
        }

        builder.Append(replacement, original);
        return true;
    }
}
