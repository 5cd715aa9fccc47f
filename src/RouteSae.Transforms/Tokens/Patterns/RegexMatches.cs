using System.Text.RegularExpressions;

namespace RouteSae.Tokens.Patterns;

/// <summary>All matches of a .NET expression as Oniguruma's library gives them.</summary>
internal static class RegexMatches
{
    /// <summary>Appends the matches; one that is empty and right behind another is left out, an empty text has none.</summary>
    public static void Add(Regex regex, ReadOnlySpan<char> text, List<CharacterSpan> matches)
    {
        if (text.IsEmpty)
        {
            return;
        }

        var end = -1;
        foreach (var match in regex.EnumerateMatches(text))
        {
            if (match.Length > 0 || match.Index != end)
            {
                matches.Add(new CharacterSpan(match.Index, match.Length));
                end = match.Index + match.Length;
            }
        }
    }
}
