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

        _firstCharacters = SearchValues.Create([.. _root.Children.Keys]);
    }

    /// <summary>The matches in the order of the text; they do not overlap.</summary>
    public List<AddedTokenMatch> Find(ReadOnlySpan<char> text)
    {
        var matches = new List<AddedTokenMatch>();
        for (var position = 0; Next(text, position) is { } match; position = match.End)
        {
            if (!match.Token.SingleWord || StandsAlone(text, match))
            {
                var stripped = Strip(text, match, matches.Count > 0 ? matches[^1].End : 0);
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

    private AddedTokenMatch? Next(ReadOnlySpan<char> text, int position)
    {
        while (text[position..].IndexOfAny(_firstCharacters) is >= 0 and var found)
        {
            position += found;
            if (LongestAt(text, position) is { } match)
            {
                return match;
            }

            position++;
        }

        return null;
    }

    private AddedTokenMatch? LongestAt(ReadOnlySpan<char> text, int start)
    {
        AddedTokenMatch? longest = null;
        var node = _root;
        for (var index = start; index < text.Length && node.Children.TryGetValue(text[index], out node!); index++)
        {
            if (node.Token is { } token)
            {
                longest = new AddedTokenMatch(token, start, index + 1 - start);
            }
        }

        return longest;
    }

    private static AddedTokenMatch Strip(ReadOnlySpan<char> text, AddedTokenMatch match, int taken)
    {
        var (start, end) = (match.Start, match.End);
        while (match.Token.LeftStrip && start > taken && char.IsWhiteSpace(text[start - 1]))
        {
            start--;
        }

        while (match.Token.RightStrip && end < text.Length && char.IsWhiteSpace(text[end]))
        {
            end++;
        }

        return match with { Start = start, Length = end - start };
    }

    private static bool StandsAlone(ReadOnlySpan<char> text, AddedTokenMatch match)
    {
        Rune.DecodeLastFromUtf16(text[..match.Start], out var before, out var lengthBefore);
        Rune.DecodeFromUtf16(text[match.End..], out var after, out var lengthAfter);
        return !(lengthBefore > 0 && UnicodeProperty.IsWordCharacterOrJoiner(before)) && !(lengthAfter > 0 && UnicodeProperty.IsWordCharacterOrJoiner(after));
    }

    private sealed class Node
    {
        public Dictionary<char, Node> Children { get; } = [];

        public AddedToken? Token { get; set; }

        public Node ChildOrNew(char character)
        {
            if (!Children.TryGetValue(character, out var child))
            {
                Children[character] = child = new Node();
            }

            return child;
        }
    }
}
