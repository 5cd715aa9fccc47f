using System.Globalization;
using System.Text;
using RouteSae.Tokens.Unicode;

namespace RouteSae.Tokens.Patterns;

/// <summary>
/// Lets .NET expressions, which read UTF-16, tell code points beyond U+FFFF apart as far as one expression does: all
/// that are in the same of its sets are written as one character of the private-use area. The private-use characters
/// themselves are written so as well.
/// </summary>
internal sealed class CharacterAlphabet
{
    /// <summary>First character of a text that may not stand for itself: half a pair, or private use.</summary>
    public const char FirstMapped = '\uD800';

    /// <summary>Last of those characters.</summary>
    public const char LastMapped = '\uF8FF';

    private const int FirstPrivate = 0xE000;
    private const int FirstBeyond = 0x10000;

    // Where a stretch begins whose code points are all in the same sets, and the character for it.
    private readonly int[] _starts;
    private readonly char[] _characters;

    // A code point for each character in use, to ask sets for.
    private readonly List<int> _examples = [];

    public CharacterAlphabet(IEnumerable<CodePointSet> sets)
    {
        var distinct = sets.Distinct().ToList();
        _starts = [.. distinct
            .SelectMany(set => set.Ranges)
            .SelectMany(range => new[] { range.First, range.Last + 1 })
            .Append(FirstPrivate).Append(FirstBeyond)
            .Where(start => start is >= FirstPrivate and <= LastMapped or >= FirstBeyond)
            .Distinct().Order()];
        var known = new Dictionary<string, char>();
        _characters = [.. _starts.Select(start => CharacterFor(start, distinct, known))];
    }

    /// <summary>The character that stands for a code point.</summary>
    public char Representative(Rune rune)
    {
        if (rune.Value is < FirstPrivate or (> LastMapped and < FirstBeyond))
        {
            return (char)rune.Value;
        }

        var index = Array.BinarySearch(_starts, rune.Value);
        return _characters[index >= 0 ? index : ~index - 1];
    }

    /// <summary>The .NET class of a set.</summary>
    public string Class(CodePointSet set)
    {
        var text = new StringBuilder("[");
        foreach (var range in set.Ranges)
        {
            Append(text, range.First, Math.Min(range.Last, FirstPrivate - 1));
            Append(text, Math.Max(range.First, LastMapped + 1), Math.Min(range.Last, FirstBeyond - 1));
        }

        for (var index = 0; index < _examples.Count; index++)
        {
            if (set.Contains(_examples[index]))
            {
                Append(text, FirstPrivate + index, FirstPrivate + index);
            }
        }

        return text.Length > 1 ? text.Append(']').ToString() : @"[^\u0000-\uFFFF]";
    }

    private char CharacterFor(int start, List<CodePointSet> sets, Dictionary<string, char> known)
    {
        var membership = string.Concat(sets.Select(set => set.Contains(start) ? '1' : '0'));
        if (!known.TryGetValue(membership, out var character))
        {
            if (FirstPrivate + _examples.Count > LastMapped)
            {
                throw new FormatException("its sets tell too many kinds of characters apart");
            }

            known[membership] = character = (char)(FirstPrivate + _examples.Count);
            _examples.Add(start);
        }

        return character;
    }

    private static void Append(StringBuilder text, int first, int last)
    {
        if (first <= last)
        {
            text.Append(CultureInfo.InvariantCulture, $"\\u{first:X4}-\\u{last:X4}");
        }
    }
}
