using System.Runtime.InteropServices;
using System.Text;

namespace RouteSae.Tools.TinyModel;

/// <summary>
/// Encodes a corpus with a vocabulary just learned. Words repeat, so each distinct one is merged once. The ids are those
/// of the library's tokenizer, which reads the same vocabulary from tokenizer.json; a test compares the two.
/// </summary>
internal sealed class BytePairEncoder
{
    private readonly Dictionary<(int, int), int> _merged;
    private readonly Dictionary<string, ushort[]> _words = new(StringComparer.Ordinal);
    private readonly int _firstByte;

    public BytePairEncoder(BytePairVocabulary vocabulary)
    {
        _firstByte = vocabulary.SpecialTokens;
        var firstMerge = _firstByte + 256;
        _merged = vocabulary.Merges.Select((pair, rank) => (pair, Id: firstMerge + rank)).ToDictionary(m => m.pair, m => m.Id);
    }

    /// <summary>Appends the ids of a text.</summary>
    public void Encode(ReadOnlySpan<char> text, List<ushort> ids)
    {
        var lookup = _words.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var piece in PreTokenizer.Pieces().EnumerateMatches(text))
        {
            var word = text.Slice(piece.Index, piece.Length);
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(lookup, word, out _);
            ids.AddRange(known ??= Merge(word));
        }
    }

    private ushort[] Merge(ReadOnlySpan<char> word)
    {
        var symbols = new List<int>();
        foreach (var b in Encoding.UTF8.GetBytes(word.ToString()))
            symbols.Add(_firstByte + b);
        while (true)
        {
            var (best, at) = (int.MaxValue, -1);
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                if (_merged.TryGetValue((symbols[i], symbols[i + 1]), out var id) && id < best)
                    (best, at) = (id, i);
            }
            if (at < 0)
                return [.. symbols.Select(s => (ushort)s)];
            symbols[at] = best;
            symbols.RemoveAt(at + 1);
        }
    }
}
