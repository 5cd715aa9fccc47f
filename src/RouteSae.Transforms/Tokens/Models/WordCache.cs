using System.Collections.Concurrent;

namespace RouteSae.Tokens.Models;

/// <summary>
/// Remembers the tokens of words seen lately. Bounded: when the recent half is full it becomes the older half and
/// the older half is forgotten. Thread-safe; at worst a word is tokenized twice.
/// </summary>
internal sealed class WordCache
{
    private const int HalfCapacity = 32_768;
    private const int LongestWord = 64;

    private volatile Half _recent = new();
    private volatile Half _older = new();

    public bool TryGet(ReadOnlySpan<char> word, out TokenizedWord tokens)
    {
        if (word.Length <= LongestWord)
        {
            var recent = _recent;
            if (recent.TryGet(word, out tokens!))
            {
                return true;
            }

            if (_older.TryGet(word, out tokens!))
            {
                Add(recent, word, tokens);
                return true;
            }
        }

        tokens = null!;
        return false;
    }

    public void Add(ReadOnlySpan<char> word, TokenizedWord tokens)
    {
        if (word.Length <= LongestWord)
        {
            Add(_recent, word, tokens);
        }
    }

    private void Add(Half half, ReadOnlySpan<char> word, TokenizedWord tokens)
    {
        // Exactly one thread sees the count reach the capacity.
        if (half.Add(word, tokens) == HalfCapacity)
        {
            _older = half;
            _recent = new Half();
        }
    }

    private sealed class Half
    {
        private readonly ConcurrentDictionary<string, TokenizedWord> _words;
        private readonly ConcurrentDictionary<string, TokenizedWord>.AlternateLookup<ReadOnlySpan<char>> _lookup;
        private int _count;

        public Half()
        {
            _words = new ConcurrentDictionary<string, TokenizedWord>(StringComparer.Ordinal);
            _lookup = _words.GetAlternateLookup<ReadOnlySpan<char>>();
        }

        public bool TryGet(ReadOnlySpan<char> word, out TokenizedWord? tokens) => _lookup.TryGetValue(word, out tokens);

        /// <summary>The number of words after a word was added, or 0 if it was there.</summary>
        public int Add(ReadOnlySpan<char> word, TokenizedWord tokens) =>
            _words.TryAdd(word.ToString(), tokens) ? Interlocked.Increment(ref _count) : 0;
    }
}
