using RouteSae.Tokens.Models;

namespace RouteSae.Tokens.PreTokenizers;

/// <summary>
/// Splits before each space mark that follows another character, where no merge crosses such a boundary. The tokens
/// are the same as without it, but words can be remembered instead of merging whole texts.
/// </summary>
internal sealed class MergeBoundarySplitter : PreTokenizer
{
    private const char Mark = '▁';

    private MergeBoundarySplitter()
    {
    }

    /// <summary>The splitter, or null where it could change the tokens of this vocabulary.</summary>
    public static MergeBoundarySplitter? For(TokenModel any)
    {
        var unchanged = any is BytePairModel { Options: { IgnoreMerges: false, ByteLevel: false, IsPlain: true }, Vocabulary: var vocabulary } model
            && vocabulary.Find([Mark]) is not null
            && model.Merges.Values.All(merge => !Crosses(vocabulary.Token(merge.Result)!));
        return unchanged ? new MergeBoundarySplitter() : null;
    }

    public override void Apply(Piece piece, List<Piece> output)
    {
        var characters = piece.Characters;
        var start = 0;
        for (var index = 1; index < characters.Length; index++)
        {
            if (characters[index] == Mark && characters[index - 1] != Mark)
            {
                output.Add(piece.Slice(start, index - start));
                start = index;
            }
        }

        output.Add(piece.Slice(start, characters.Length - start));
    }

    private static bool Crosses(string token)
    {
        var lastMark = token.LastIndexOf(Mark);
        return lastMark > 0 && token.AsSpan(0, lastMark).ContainsAnyExcept(Mark);
    }
}
