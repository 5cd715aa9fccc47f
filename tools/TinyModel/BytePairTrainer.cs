using System.Runtime.InteropServices;
using System.Text;
using RouteSae.Tokens;

namespace RouteSae.Tools.TinyModel;

/// <summary>
/// Learns a byte-level byte-pair encoding: words are counted once, then the most frequent pair is merged until the
/// vocabulary is full; counts are updated only where the pair occurs. Ties go to the smaller ids, so a run repeats exactly.
/// </summary>
internal sealed class BytePairTrainer
{
    private readonly Dictionary<string, long> _wordCounts = new(StringComparer.Ordinal);
    private readonly List<int[]> _words = [];
    private readonly List<long> _counts = [];
    private readonly Dictionary<(int, int), long> _pairCounts = [];
    private readonly Dictionary<(int, int), HashSet<int>> _pairWords = [];
    private readonly PriorityQueue<((int Left, int Right) Pair, long Count), (long, int, int)> _queue = new();

    /// <summary>Counts the words of a text.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        var lookup = _wordCounts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var piece in PreTokenizer.Pieces().EnumerateMatches(text))
            CollectionsMarshal.GetValueRefOrAddDefault(lookup, text.Slice(piece.Index, piece.Length), out _)++;
    }

    /// <summary>Learns merges until the vocabulary has <paramref name="size"/> entries, special tokens included.</summary>
    public LearnedVocabulary Train(int size, IReadOnlyList<string> specialTokens)
    {
        var first = specialTokens.Count;
        var pieces = specialTokens.Concat(Enumerable.Range(0, 256).Select(b => ByteAlphabet.Character((byte)b).ToString())).ToList();
        var merges = new List<(int Left, int Right)>();
        Prepare(first);
        while (pieces.Count < size && NextPair() is { } pair)
        {
            Merge(pair, pieces.Count);
            merges.Add(pair);
            pieces.Add(pieces[pair.Left] + pieces[pair.Right]);
        }
        return new LearnedVocabulary(pieces, merges, specialTokens.Count);
    }

    private void Prepare(int firstByteId)
    {
        foreach (var (word, count) in _wordCounts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            _words.Add([.. Encoding.UTF8.GetBytes(word).Select(b => firstByteId + b)]);
            _counts.Add(count);
        }
        for (var w = 0; w < _words.Count; w++)
        {
            for (var i = 0; i + 1 < _words[w].Length; i++)
                Change((_words[w][i], _words[w][i + 1]), w, _counts[w]);
        }
        foreach (var (pair, count) in _pairCounts)
            Enqueue(pair, count);
    }

    private (int Left, int Right)? NextPair()
    {
        while (_queue.TryDequeue(out var entry, out _))
        {
            if (_pairCounts.GetValueOrDefault(entry.Pair) == entry.Count && entry.Count > 1)
                return entry.Pair;
        }
        return null;
    }

    private void Merge((int Left, int Right) pair, int id)
    {
        var touched = new HashSet<(int, int)>();
        foreach (var w in _pairWords[pair].Order())
        {
            var old = _words[w];
            var merged = new List<int>(old.Length);
            for (var i = 0; i < old.Length; i++)
            {
                var here = i + 1 < old.Length && old[i] == pair.Left && old[i + 1] == pair.Right;
                merged.Add(here ? id : old[i]);
                i += here ? 1 : 0;
            }
            if (merged.Count == old.Length)
                continue;
            UpdatePairs(old, w, -_counts[w], touched);
            _words[w] = [.. merged];
            UpdatePairs(_words[w], w, _counts[w], touched);
        }
        _pairCounts.Remove(pair);
        _pairWords.Remove(pair);
        foreach (var changed in touched)
        {
            if (_pairCounts.TryGetValue(changed, out var count) && count > 0)
                Enqueue(changed, count);
        }
    }

    private void UpdatePairs(int[] word, int index, long change, HashSet<(int, int)> touched)
    {
        for (var i = 0; i + 1 < word.Length; i++)
        {
            Change((word[i], word[i + 1]), index, change);
            touched.Add((word[i], word[i + 1]));
        }
    }

    private void Change((int, int) pair, int word, long change)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_pairCounts, pair, out _) += change;
        if (change > 0)
            (CollectionsMarshal.GetValueRefOrAddDefault(_pairWords, pair, out _) ??= []).Add(word);
    }

    private void Enqueue((int Left, int Right) pair, long count) => _queue.Enqueue((pair, count), (-count, pair.Left, pair.Right));
}
