using RouteSae.Tokens.Normalizers;
using RouteSae.Tokens.Patterns;

namespace RouteSae.Tokens.PreTokenizers;

/// <summary>"Metaspace": writes spaces as a visible mark, puts one before the text and splits before each.</summary>
internal sealed class MetaspacePreTokenizer(string mark, PrependScheme scheme, bool split) : PreTokenizer
{
    private readonly ReplaceNormalizer _replaceSpaces = new(SplitPattern.Literal(" "), mark);

    private readonly PatternSplitter _splitter = new(SplitPattern.Literal(mark), SplitBehavior.MergedWithNext, invert: false);

    public override void Apply(Piece piece, List<Piece> output)
    {
        var marked = _replaceSpaces.Apply(piece);
        if (!marked.Characters.StartsWith(mark) && Prepends(piece))
        {
            marked = AlignedTextBuilder.Prepend(mark, marked);
        }

        if (split)
        {
            _splitter.Split(marked, output);
        }
        else
        {
            output.Add(marked);
        }
    }

    private bool Prepends(Piece piece) => scheme switch
    {
        PrependScheme.Always => true,
        PrependScheme.First => piece.IsFirst,
        _ => false,
    };
}
