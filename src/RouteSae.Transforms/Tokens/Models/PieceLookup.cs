namespace RouteSae.Tokens.Models;

/// <summary>All tokens that a text begins with, shortest first, by narrowing a range of the sorted tokens.</summary>
internal sealed class PieceLookup
{
    private readonly string[] _tokens;
    private readonly int[] _ids;
    private readonly Dictionary<char, (int Low, int High)> _firstCharacters = [];

    /// <param name="ids">The id of each token; none is empty.</param>
    public PieceLookup(IEnumerable<KeyValuePair<string, int>> ids)
    {
        var sorted = ids.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        _tokens = [.. sorted.Select(pair => pair.Key)];
        _ids = [.. sorted.Select(pair => pair.Value)];
        for (var low = 0; low < _tokens.Length;)
        {
            var first = _tokens[low][0];
            var high = Bound(low, _tokens.Length, 0, first, after: true);
            _firstCharacters[first] = (low, high);
            low = high;
        }
    }

    /// <summary>Fills <paramref name="found"/> with the ids and lengths of the tokens that begin <paramref name="text"/>.</summary>
    /// <returns>How many characters were looked at.</returns>
    public int Find(ReadOnlySpan<char> text, List<(int Id, int Length)> found)
    {
        found.Clear();
        if (!_firstCharacters.TryGetValue(text[0], out var range))
        {
            return 1;
        }

        var length = 1;
        for (; range.Low < range.High; length++)
        {
            if (_tokens[range.Low].Length == length)
            {
                found.Add((_ids[range.Low], length));
                range.Low++;
            }

            if (length == text.Length)
            {
                break;
            }

            range.Low = Bound(range.Low, range.High, length, text[length], after: false);
            range.High = Bound(range.Low, range.High, length, text[length], after: true);
        }

        return length;
    }

    // The first token of the range whose character at a place is not before (or is after) the given one.
    private int Bound(int low, int high, int place, char character, bool after)
    {
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            var other = _tokens[middle][place];
            if (other < character || (after && other == character))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
