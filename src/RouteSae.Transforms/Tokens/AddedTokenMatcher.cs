using System.Buffers;
using System.Text;
using RouteSae.Tokens.Unicode;

namespace RouteSae.Tokens;

/// <summary>Finds added tokens in a text: the leftmost first, of those at one place the longest.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly Node _root = new();
    private readonly SearchValues<char> _firstCharacters;

    /// <param name="tokens">The tokens, each with the characters to look for.</param>
    public AddedTokenMatcher(IEnumerable<(string Pattern, AddedToken Token)> tokens)
    {
        foreach (var (pattern, token) in tokens)
        {
            var node = _root;
            foreach (var character in pattern)
            {
                node = node.ChildOrNew(character);
            }

            node.Token = token;
        }

        _firstCharacters = SearchValues.Create([.. _root.Characters]);
    }

    /// <summary>The matches in the order of the text; they do not overlap.</summary>
    /// <param name="text">The text, or a part of it.</param>
    /// <param name="budget">What the whole text may cost.</param>
    /// <exception cref="TokenizerLimitException">The search takes too long.</exception>
    public List<AddedTokenMatch> Find(ReadOnlySpan<char> text, TextBudget budget)
    {
        var matches = new List<AddedTokenMatch>();
        var whiteSpaceEnd = 0;
        for (var position = 0; Next(text, position, budget) is { } match; position = match.End)
        {
            if (!match.Token.SingleWord || StandsAlone(text, match))
            {
                var stripped = Strip(text, match, matches.Count > 0 ? matches[^1].End : 0, ref whiteSpaceEnd);
                GiveBack(matches, stripped.Start);
                matches.Add(stripped);
            }
        }

        return matches;
    }

    // White space that the token before took may itself be a token; the text goes on behind that one.
    private static void GiveBack(List<AddedTokenMatch> matches, int start)
    {
        if (matches.Count > 0 && matches[^1].End > start)
        {
            matches[^1] = matches[^1] with { Length = start - matches[^1].Start };
        }
    }

    private AddedTokenMatch? Next(ReadOnlySpan<char> text, int position, TextBudget budget)
    {
        while (text[position..].IndexOfAny(_firstCharacters) is >= 0 and var found)
        {
            position += found;
            if (LongestAt(text, position, budget) is { } match)
            {
                return match;
            }

            position++;
        }

        return null;
    }

    private AddedTokenMatch? LongestAt(ReadOnlySpan<char> text, int start, TextBudget budget)
    {
        AddedTokenMatch? longest = null;
        var node = _root;
        var index = start;
        for (; index < text.Length && node.TryGetChild(text[index], out node!); index++)
        {
            if (node.Token is { } token)
            {
                longest = new AddedTokenMatch(token, start, index + 1 - start);
            }
        }

        budget.Work(index + 1 - start, "The search for added tokens");
        return longest;
    }

    // White space in which several tokens stand is gone through once: its end is remembered.
    private static AddedTokenMatch Strip(ReadOnlySpan<char> text, AddedTokenMatch match, int taken, ref int whiteSpaceEnd)
    {
        var (start, end) = (match.Start, match.End);
        while (match.Token.LeftStrip && start > taken && char.IsWhiteSpace(text[start - 1]))
        {
            start--;
        }

        if (match.Token.RightStrip)
        {
            end = Math.Max(end, whiteSpaceEnd);
            while (end < text.Length && char.IsWhiteSpace(text[end]))
            {
                end++;
            }

            whiteSpaceEnd = end;
        }

        return match with { Start = start, Length = end - start };
    }

    private static bool StandsAlone(ReadOnlySpan<char> text, AddedTokenMatch match)
    {
        Rune.DecodeLastFromUtf16(text[..match.Start], out var before, out var lengthBefore);
        Rune.DecodeFromUtf16(text[match.End..], out var after, out var lengthAfter);
        return !(lengthBefore > 0 && UnicodeProperty.IsWordCharacterOrJoiner(before)) && !(lengthAfter > 0 && UnicodeProperty.IsWordCharacterOrJoiner(after));
    }

    // Most nodes have one child: a dictionary for each would cost a hundred bytes per character of a token.
    private sealed class Node
    {
        private char _first;
        private Node? _child;
        private Dictionary<char, Node>? _others;

        public AddedToken? Token { get; set; }

        public IEnumerable<char> Characters => (_child is null ? [] : new[] { _first }).Concat(_others?.Keys.AsEnumerable() ?? []);

        public bool TryGetChild(char character, out Node child)
        {
            if (_child is not null && _first == character)
            {
                child = _child;
                return true;
            }

            child = null!;
            return _others?.TryGetValue(character, out child!) ?? false;
        }

        public Node ChildOrNew(char character)
        {
            if (TryGetChild(character, out var child))
            {
                return child;
            }

            child = new Node();
            if (_child is null)
            {
                (_first, _child) = (character, child);
            }
            else
            {
                (_others ??= []).Add(character, child);
            }

            return child;
        }
    }
}
