using System.Text;

namespace RouteSae.Tokens.Models;

/// <summary>
/// "Unigram": of all ways to cut a word into tokens the one with the largest sum of scores. A character that is no
/// token itself scores 10 less than the worst token; neighbouring unknown characters become one token.
/// </summary>
internal sealed class UnigramModel : TokenModel
{
    private const double UnknownPenalty = 10;

    private readonly double[] _scores;
    private readonly double _unknownScore;
    private readonly int? _unknown;
    private readonly ByteTokens? _bytes;
    private readonly PieceLookup _lookup;

    public UnigramModel(IReadOnlyList<UnigramPiece> pieces, int? unknown, bool byteFallback)
        : base(TokenVocabulary.OfList([.. pieces.Select(piece => piece.Token)]))
    {
        _scores = [.. pieces.Select(piece => piece.Score)];
        _unknownScore = _scores.Min() - UnknownPenalty;
        _unknown = unknown;
        _bytes = byteFallback ? new ByteTokens(Vocabulary, alphabet: false) : null;
        _lookup = new PieceLookup(pieces.Select(piece => piece.Token).Where(token => token.Length > 0).Distinct()
            .Select(token => KeyValuePair.Create(token, Vocabulary.Find(token)!.Value)));
    }

    protected override TokenizedWord TokenizeAnew(ReadOnlySpan<char> word, TextBudget budget)
    {
        var symbols = new List<Symbol>();
        foreach (var symbol in Fuse(BestPath(word, budget)))
        {
            AddTokens(word, symbol, symbols);
        }

        return new TokenizedWord(
            [.. symbols.Select(symbol => symbol.Id)],
            [.. symbols.Select(symbol => new CharacterSpan(symbol.Start, symbol.End - symbol.Start))]);
    }

    // Viterbi from left to right; of equal sums the one that was found first stays.
    private List<Symbol> BestPath(ReadOnlySpan<char> word, TextBudget budget)
    {
        var best = new Node[word.Length + 1];
        best[0] = new Node(0, 0, 0);
        var found = new List<(int Id, int Length)>();
        for (var start = 0; start < word.Length;)
        {
            Rune.DecodeFromUtf16(word[start..], out _, out var character);
            budget.Work(_lookup.Find(word[start..], found), "The Unigram model");
            var single = false;
            foreach (var (id, length) in found)
            {
                Offer(best, start, length, id, _scores[id]);
                single |= length == character;
            }

            if (!single)
            {
                Offer(best, start, character, _unknown ?? throw Unencodable(word.Slice(start, character)), _unknownScore);
            }

            start += character;
        }

        return Trace(best);
    }

    private static void Offer(Node[] best, int start, int length, int id, double score)
    {
        ref var end = ref best[start + length];
        var sum = best[start].Sum + score;
        if (end.Start is null || sum > end.Sum)
        {
            end = new Node(sum, start, id);
        }
    }

    private static List<Symbol> Trace(Node[] best)
    {
        var path = new List<Symbol>();
        for (var end = best.Length - 1; end > 0; end = path[^1].Start)
        {
            path.Add(new Symbol(best[end].Id, best[end].Start!.Value, end));
        }

        path.Reverse();
        return path;
    }

    private List<Symbol> Fuse(List<Symbol> path)
    {
        var fused = new List<Symbol>(path.Count);
        foreach (var symbol in path)
        {
            if (symbol.Id == _unknown && fused.Count > 0 && fused[^1].Id == _unknown)
            {
                fused[^1] = fused[^1] with { End = symbol.End };
            }
            else
            {
                fused.Add(symbol);
            }
        }

        return fused;
    }

    // As in the library, a fused stretch of unknown characters may happen to be a token.
    private void AddTokens(ReadOnlySpan<char> word, Symbol symbol, List<Symbol> output)
    {
        var text = word[symbol.Start..symbol.End];
        if (symbol.Id != _unknown)
        {
            output.Add(symbol);
        }
        else if (Vocabulary.Find(text) is { } id)
        {
            output.Add(symbol with { Id = id });
        }
        else if (_bytes is null || !_bytes.TryAdd(text, symbol.Start, output))
        {
            output.Add(symbol);
        }
    }

    private static TokenizerFormatException Unencodable(ReadOnlySpan<char> character) => new(
        $"The text has the character '{character}', which the tokenizer's vocabulary lacks, and its Unigram model names no unk_id.");

    private readonly record struct Node(double Sum, int? Start, int Id);
}
