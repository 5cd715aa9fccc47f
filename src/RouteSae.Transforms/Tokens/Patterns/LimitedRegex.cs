using System.Text.RegularExpressions;

namespace RouteSae.Tokens.Patterns;

/// <summary>
/// A translated expression that cannot hang: it runs without backtracking where .NET can do that, in time linear in the text for each
/// match, and within the text's time in any case.
/// </summary>
internal sealed class LimitedRegex
{
    private const int LongestTranslated = 1_000_000;
    private const int LongestCompiled = 200_000;

    private readonly Regex _regex;
    private readonly string _name;

    /// <param name="translated">The expression in .NET's syntax.</param>
    /// <param name="name">What it is and where it stands, for messages.</param>
    /// <exception cref="FormatException">It is too large.</exception>
    /// <exception cref="ArgumentException">It is not valid.</exception>
    public LimitedRegex(string translated, string name)
    {
        if (translated.Length > LongestTranslated)
        {
            throw new FormatException($"it is too large: with its sets written out it has more than {LongestTranslated} characters");
        }

        _regex = WithoutBacktracking(translated) ?? WithBacktracking(translated);
        _name = name;
    }

    /// <summary>Appends the matches; see <see cref="RegexMatches"/>.</summary>
    /// <exception cref="TokenizerLimitException">The search takes too long.</exception>
    public void Find(ReadOnlySpan<char> text, List<CharacterSpan> matches, TextBudget budget)
    {
        try
        {
            RegexMatches.Add(_regex, text, matches, () => ThrowIfSpent(budget));
        }
        catch (RegexMatchTimeoutException)
        {
            throw TooLong(budget);
        }
    }

    private void ThrowIfSpent(TextBudget budget)
    {
        if (budget.IsSpent)
        {
            throw TooLong(budget);
        }
    }

    private TokenizerLimitException TooLong(TextBudget budget) => new(
        $"{_name} takes more than {budget.Time}. It needs time that grows faster than the text: use a tokenizer with another expression.");

    // Lookaround and atomic groups need backtracking, and large repetitions too many states.
    private static Regex? WithoutBacktracking(string translated)
    {
        try
        {
            return new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, TextBudget.SearchTime);
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    private static Regex WithBacktracking(string translated) => new(
        translated, (translated.Length <= LongestCompiled ? RegexOptions.Compiled : RegexOptions.None) | RegexOptions.CultureInvariant, TextBudget.SearchTime);
}
