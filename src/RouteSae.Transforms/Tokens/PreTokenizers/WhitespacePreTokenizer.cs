using System.Text;
using RouteSae.Tokens.Unicode;

namespace RouteSae.Tokens.PreTokenizers;

/// <summary>"Whitespace": stretches of word characters and stretches of other marks; white space goes.</summary>
internal sealed class WhitespacePreTokenizer : PreTokenizer
{
    private enum Kind
    {
        Space,
        Word,
        Mark,
    }

    public override void Apply(Piece piece, List<Piece> output)
    {
        var characters = piece.Characters;
        var (start, last) = (0, Kind.Space);
        for (var position = 0; position < characters.Length;)
        {
            Rune.DecodeFromUtf16(characters[position..], out var rune, out var length);
            var kind = KindOf(rune);
            if (kind != last)
            {
                Add(piece, start, position, last, output);
                (start, last) = (position, kind);
            }

            position += length;
        }

        Add(piece, start, piece.Length, last, output);
    }

    private static void Add(Piece piece, int start, int end, Kind kind, List<Piece> output)
    {
        if (kind != Kind.Space)
        {
            output.Add(piece.Slice(start, end - start));
        }
    }

    private static Kind KindOf(Rune rune) =>
        UnicodeProperty.IsWordCharacterOrJoiner(rune) ? Kind.Word : Rune.IsWhiteSpace(rune) ? Kind.Space : Kind.Mark;
}
