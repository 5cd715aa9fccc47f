namespace RouteSae.Tokens.Patterns;

/// <summary>A string as it is.</summary>
internal sealed class LiteralPattern(string literal) : SplitPattern
{
    public override void Find(ReadOnlySpan<char> text, List<CharacterSpan> matches, TextBudget budget)
    {
        var start = 0;
        while (text[start..].IndexOf(literal, StringComparison.Ordinal) is >= 0 and var found)
        {
            matches.Add(new CharacterSpan(start + found, literal.Length));
            start += found + literal.Length;
        }
    }
}
