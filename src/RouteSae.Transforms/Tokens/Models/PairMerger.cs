using System.Runtime.InteropServices;

namespace RouteSae.Tokens.Models;

/// <summary>
/// Merges the symbols of one word: always the pair of lowest rank, of equals the leftmost. A linked list of symbols
/// and a queue of candidate pairs make that O(n log n) for a word of n symbols, however long it is.
/// </summary>
internal ref struct PairMerger
{
    private const int None = -1;
    private const int Absorbed = -1;

    private readonly Dictionary<TokenPair, Merge> _merges;
    private readonly Span<Symbol> _symbols;
    private readonly int[] _previous;
    private readonly int[] _next;

    // Element: left symbol and the token that the pair makes; priority: rank, then position.
    private readonly PriorityQueue<(int Left, int Result), ulong> _candidates;

    private PairMerger(Dictionary<TokenPair, Merge> merges, Span<Symbol> symbols)
    {
        _merges = merges;
        _symbols = symbols;
        _previous = new int[symbols.Length];
        _next = new int[symbols.Length];
        _candidates = new PriorityQueue<(int, int), ulong>(symbols.Length);
    }

    /// <summary>Merges in place; <paramref name="symbols"/> shrinks to the tokens of the word.</summary>
    public static void MergeAll(Dictionary<TokenPair, Merge> merges, List<Symbol> symbols)
    {
        if (symbols.Count > 1)
        {
            var merger = new PairMerger(merges, CollectionsMarshal.AsSpan(symbols));
            merger.Run();
            symbols.RemoveAll(symbol => symbol.Id == Absorbed);
        }
    }

    private readonly void Run()
    {
        for (var index = 0; index < _symbols.Length; index++)
        {
            _previous[index] = index - 1;
            _next[index] = index + 1 < _symbols.Length ? index + 1 : None;
        }

        for (var index = 0; index + 1 < _symbols.Length; index++)
        {
            Propose(index);
        }

        while (_candidates.TryDequeue(out var candidate, out _))
        {
            if (IsCurrent(candidate.Left, candidate.Result))
            {
                Join(candidate.Left, candidate.Result);
            }
        }
    }

    // A candidate is stale when one of its symbols has become part of another since.
    private readonly bool IsCurrent(int left, int result)
    {
        var right = _next[left];
        return _symbols[left].Id != Absorbed
            && right != None
            && _merges.TryGetValue(new TokenPair(_symbols[left].Id, _symbols[right].Id), out var merge)
            && merge.Result == result;
    }

    private readonly void Join(int left, int result)
    {
        var right = _next[left];
        var after = _next[right];
        _symbols[left] = new Symbol(result, _symbols[left].Start, _symbols[right].End);
        _symbols[right].Id = Absorbed;
        _next[left] = after;
        if (after != None)
        {
            _previous[after] = left;
            Propose(left);
        }

        if (_previous[left] != None)
        {
            Propose(_previous[left]);
        }
    }

    private readonly void Propose(int left)
    {
        var pair = new TokenPair(_symbols[left].Id, _symbols[_next[left]].Id);
        if (_merges.TryGetValue(pair, out var merge))
        {
            _candidates.Enqueue((left, merge.Result), (ulong)(uint)merge.Rank << 32 | (uint)left);
        }
    }
}
