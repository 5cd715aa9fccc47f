using RouteSae.Tokens.Patterns;

namespace RouteSae.Tokens.Normalizers;

/// <summary>"Replace": writes other characters for every match of a pattern.</summary>
internal sealed class ReplaceNormalizer(SplitPattern pattern, string content) : Normalizer
{
    public override Piece Apply(Piece piece)
    {
        var matches = new List<CharacterSpan>();
        pattern.Find(piece.Characters, matches);
        if (matches.Count == 0)
        {
            return piece;
        }

        var builder = new AlignedTextBuilder(piece.Length);
        var position = 0;
        foreach (var match in matches)
        {
            builder.Copy(piece, position, match.Start - position);
            builder.Append(content, piece.OriginalOf(match));
            position = match.End;
        }

        builder.Copy(piece, position, piece.Length - position);
        return builder.Build();
    }
}
