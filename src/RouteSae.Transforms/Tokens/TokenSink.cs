using RouteSae.Tokens.Models;

namespace RouteSae.Tokens;

/// <summary>Collects the tokens of a text.</summary>
internal sealed class TokenSink(int expected)
{
    private readonly List<int> _ids = new(expected);
    private readonly List<CharacterSpan> _spans = new(expected);

    public void Add(int id, CharacterSpan span)
    {
        _ids.Add(id);
        _spans.Add(span);
    }

    public void Add(IReadOnlyList<int> ids, int position)
    {
        foreach (var id in ids)
        {
            Add(id, new CharacterSpan(position, 0));
        }
    }

    public void Add(TokenizedWord word, Piece piece)
    {
        for (var index = 0; index < word.Ids.Length; index++)
        {
            Add(word.Ids[index], piece.OriginalOf(word.Spans[index]));
        }
    }

    public EncodedText ToEncodedText() => new(_ids.ToArray(), _spans.ToArray());
}
