using RouteSae.Tokens.Normalizers;
using RouteSae.Tokens.Patterns;

namespace RouteSae.Tokens.PreTokenizers;

/// <summary>"ByteLevel": GPT-2's words, their bytes in the <see cref="ByteAlphabet"/>.</summary>
/// <param name="addPrefixSpace">Whether a text that does not begin with a space gets one.</param>
/// <param name="useExpression">Whether to split into words at all.</param>
/// <param name="writeBytes">Whether to write the bytes, or leave that to the model, which does it once a word.</param>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useExpression, bool writeBytes) : PreTokenizer
{
    private static readonly PatternSplitter Words = new(SplitPattern.Gpt2Words, SplitBehavior.Isolated, invert: false);
    private static readonly ByteLevelNormalizer Bytes = new();

    public override void Apply(Piece piece, List<Piece> output)
    {
        if (addPrefixSpace && piece.Characters[0] != ' ')
        {
            piece = AlignedTextBuilder.Prepend(" ", piece);
        }

        var first = output.Count;
        if (useExpression)
        {
            Words.Split(piece, output);
        }
        else
        {
            output.Add(piece);
        }

        for (var index = first; writeBytes && index < output.Count; index++)
        {
            output[index] = Bytes.Apply(output[index]);
        }
    }
}
