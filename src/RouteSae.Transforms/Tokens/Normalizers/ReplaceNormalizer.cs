using System.Text;
using RouteSae.Tokens.Patterns;

namespace RouteSae.Tokens.Normalizers;

/// <summary>"Replace": writes other characters for every match of a pattern.</summary>
internal sealed class ReplaceNormalizer(SplitPattern pattern, string content) : Normalizer
{
    public override Piece Apply(Piece piece)
    {
        var matches = new List<CharacterSpan>();
        pattern.Find(piece.Characters, matches, piece.Text.Budget);
        if (matches.Count == 0)
        {
            return piece;
        }

        var builder = new AlignedTextBuilder(piece);
        var position = 0;
        foreach (var match in matches)
        {
            builder.Copy(position, match.Start - position);
            builder.BeginsLate |= builder.IsEmpty && content.Length > 0 && EndsLater(piece, match);
            builder.Append(content, piece.OriginalOf(match));
            position = match.End;
        }

        builder.Copy(position, piece.Length - position);
        return builder.Build();
    }

    // The library lets the new characters begin where the last of the old ones does.
    private static bool EndsLater(Piece piece, CharacterSpan match)
    {
        if (match.Length == 0)
        {
            return false;
        }

        Rune.DecodeLastFromUtf16(piece.Characters.Slice(match.Start, match.Length), out _, out var length);
        return piece.OriginalOf(new CharacterSpan(match.End - length, length)).Start > piece.OriginalOf(match).Start;
    }
}
