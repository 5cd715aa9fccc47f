using System.Text;
using System.Text.RegularExpressions;

namespace RouteSae.Tokens.Patterns;

/// <summary>An expression in Oniguruma's syntax, as Hugging Face's tokenizers read it, over code points.</summary>
internal sealed class ExpressionPattern : SplitPattern
{
    private readonly Regex _regex;
    private readonly CharacterAlphabet _alphabet;
    private readonly Func<Rune, char> _representative;

    private ExpressionPattern(Regex regex, CharacterAlphabet alphabet)
    {
        _regex = regex;
        _alphabet = alphabet;
        _representative = _alphabet.Representative;
    }

    /// <summary>Translates an expression for .NET.</summary>
    /// <exception cref="FormatException">The expression has a construct that is not translated.</exception>
    public static ExpressionPattern Parse(string expression)
    {
        var parts = ExpressionParser.Parse(expression);
        var alphabet = new CharacterAlphabet(parts.Select(part => part.Set).OfType<Unicode.CodePointSet>());
        var translated = string.Concat(parts.Select(part => part.Set is { } set ? alphabet.Class(set) : part.Syntax));
        return new ExpressionPattern(new Regex(translated, RegexOptions.Compiled | RegexOptions.CultureInvariant), alphabet);
    }

    public override void Find(ReadOnlySpan<char> text, List<CharacterSpan> matches)
    {
        if (text.IndexOfAnyInRange(CharacterAlphabet.FirstMapped, CharacterAlphabet.LastMapped) < 0)
        {
            RegexMatches.Add(_regex, text, matches);
        }
        else
        {
            CodePointProjection.Of(text, _representative).Find(_regex, matches);
        }
    }
}
