using System.Text.RegularExpressions;

namespace RouteSae.Tokens.Patterns;

/// <summary>All matches of a .NET expression as Oniguruma's library gives them.</summary>
internal static class RegexMatches
{
    /// <summary>Appends the matches; one that is empty and right behind another is left out, an empty text has none.</summary>
    /// <param name="regex">The expression.</param>
    /// <param name="text">Where to look.</param>
    /// <param name="matches">Where they go.</param>
    /// <param name="afterEach">Called after each match; may throw. Default: nothing is.</param>
    public static void Add(Regex regex, ReadOnlySpan<char> text, List<CharacterSpan> matches, Action? afterEach = null)
    {
        if (text.IsEmpty)
        {
            return;
        }

        var end = -1;
        foreach (var match in regex.EnumerateMatches(text))
        {
            afterEach?.Invoke();
            if (match.Length > 0 || match.Index != end)
            {
                matches.Add(new CharacterSpan(match.Index, match.Length));
                end = match.Index + match.Length;
            }
        }
    }
}
