using System.Text.RegularExpressions;

namespace RouteSae.Tokens.Patterns;

/// <summary>An expression compiled with this library, which asks for letters, numbers, white space and ASCII alone.</summary>
internal sealed class KnownPattern(Regex regex) : SplitPattern
{
    public override void Find(ReadOnlySpan<char> text, List<CharacterSpan> matches, TextBudget budget)
    {
        if (text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            RegexMatches.Add(regex, text, matches);
            return;
        }

        // .NET expressions see the two halves of a surrogate pair, not the letter, digit or symbol that they form.
        CodePointProjection.Of(text, CategoryRepresentative.Of).Find((characters, found) => RegexMatches.Add(regex, characters, found), matches);
    }
}
