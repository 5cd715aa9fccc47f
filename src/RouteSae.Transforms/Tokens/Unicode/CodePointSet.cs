using System.Text;

namespace RouteSae.Tokens.Unicode;

/// <summary>A set of code points as ranges that ascend and do not touch.</summary>
internal sealed class CodePointSet
{
    public const int Largest = 0x10FFFF;

    private readonly CodePointRange[] _ranges;

    private CodePointSet(IEnumerable<CodePointRange> ranges) => _ranges = [.. Join(ranges)];

    public static CodePointSet Empty { get; } = new([]);

    public IReadOnlyList<CodePointRange> Ranges => _ranges;

    public static CodePointSet Of(int codePoint) => Of(codePoint, codePoint);

    public static CodePointSet Of(int first, int last) => new([new CodePointRange(first, last)]);

    public static CodePointSet Of(IEnumerable<CodePointRange> ranges) => new(ranges);

    /// <summary>All code points but surrogates for which a condition holds.</summary>
    public static CodePointSet Where(Func<Rune, bool> condition)
    {
        var ranges = new List<CodePointRange>();
        for (var value = 0; value <= Largest; value++)
        {
            if (!Rune.IsValid(value) || !condition(new Rune(value)))
            {
                continue;
            }

            if (ranges.Count > 0 && ranges[^1].Last == value - 1)
            {
                ranges[^1] = ranges[^1] with { Last = value };
            }
            else
            {
                ranges.Add(new CodePointRange(value, value));
            }
        }

        return new CodePointSet(ranges);
    }

    public CodePointSet Union(CodePointSet other) => new([.. _ranges, .. other._ranges]);

    public CodePointSet Negate()
    {
        var gaps = new List<CodePointRange>();
        var next = 0;
        foreach (var range in _ranges)
        {
            if (range.First > next)
            {
                gaps.Add(new CodePointRange(next, range.First - 1));
            }

            next = range.Last + 1;
        }

        if (next <= Largest)
        {
            gaps.Add(new CodePointRange(next, Largest));
        }

        return new CodePointSet(gaps);
    }

    public CodePointSet Intersect(CodePointSet other) => Negate().Union(other.Negate()).Negate();

    public bool Contains(int codePoint)
    {
        var (low, high) = (0, _ranges.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_ranges[middle].Last < codePoint)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low < _ranges.Length && _ranges[low].First <= codePoint;
    }

    private static List<CodePointRange> Join(IEnumerable<CodePointRange> ranges)
    {
        var joined = new List<CodePointRange>();
        foreach (var range in ranges.OrderBy(range => range.First))
        {
            if (joined.Count > 0 && range.First <= joined[^1].Last + 1)
            {
                joined[^1] = joined[^1] with { Last = Math.Max(joined[^1].Last, range.Last) };
            }
            else
            {
                joined.Add(range);
            }
        }

        return joined;
    }
}
