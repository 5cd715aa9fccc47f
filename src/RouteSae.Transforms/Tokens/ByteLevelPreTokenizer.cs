namespace RouteSae.Tokens;

/// <summary>
/// "ByteLevel": GPT-2's words. The step from characters to bytes is the model's, which makes it once a word.
/// </summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useExpression) : PreTokenizer
{
    private static readonly PatternSplitter Words = new(SplitPattern.Gpt2Words, SplitBehavior.Isolated, invert: false);

    public override void Apply(Piece piece, List<Piece> output)
    {
        if (addPrefixSpace && piece.Characters[0] != ' ')
        {
            piece = AlignedTextBuilder.Prepend(" ", piece);
        }

        if (useExpression)
        {
            Words.Split(piece, output);
        }
        else
        {
            output.Add(piece);
        }
    }
}
