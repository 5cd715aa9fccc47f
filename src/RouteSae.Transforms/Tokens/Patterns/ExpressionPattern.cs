using System.Text;

namespace RouteSae.Tokens.Patterns;

/// <summary>An expression in Oniguruma's syntax, as Hugging Face's tokenizers read it, over code points.</summary>
internal sealed class ExpressionPattern : SplitPattern
{
    private readonly LimitedRegex _regex;
    private readonly CharacterAlphabet _alphabet;
    private readonly Func<Rune, char> _representative;

    private ExpressionPattern(LimitedRegex regex, CharacterAlphabet alphabet)
    {
        _regex = regex;
        _alphabet = alphabet;
        _representative = _alphabet.Representative;
    }

    /// <summary>Translates an expression for .NET.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="place">Where it stands, for messages.</param>
    /// <exception cref="FormatException">The expression has a construct that is not translated, or is too large.</exception>
    /// <exception cref="ArgumentException">The expression is not valid.</exception>
    public static ExpressionPattern Parse(string expression, string place)
    {
        var parts = ExpressionParser.Parse(expression);
        var alphabet = new CharacterAlphabet(parts.Select(part => part.Set).OfType<Unicode.CodePointSet>());
        var translated = string.Concat(parts.Select(part => part.Set is { } set ? alphabet.Class(set) : part.Syntax));
        return new ExpressionPattern(new LimitedRegex(translated, $"{place}: the expression '{Shortened.Of(expression)}'"), alphabet);
    }

    public override void Find(ReadOnlySpan<char> text, List<CharacterSpan> matches, TextBudget budget)
    {
        if (text.IndexOfAnyInRange(CharacterAlphabet.FirstMapped, CharacterAlphabet.LastMapped) < 0)
        {
            _regex.Find(text, matches, budget);
        }
        else
        {
            CodePointProjection.Of(text, _representative).Find((characters, found) => _regex.Find(characters, found, budget), matches);
        }
    }
}
