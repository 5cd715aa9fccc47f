namespace RouteSae.Tokens.PreTokenizers;

/// <summary>"Split" and "Digits": splits at the matches of a pattern.</summary>
internal sealed class SplitPreTokenizer(PatternSplitter splitter) : PreTokenizer
{
    public override void Apply(Piece piece, List<Piece> output) => splitter.Split(piece, output);
}
