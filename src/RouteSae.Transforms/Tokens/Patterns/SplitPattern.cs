using System.Text;

namespace RouteSae.Tokens.Patterns;

/// <summary>What a text is split at, or what is replaced in it.</summary>
internal abstract class SplitPattern
{
    /// <summary>The words of GPT-2: contractions, letters, digits, other marks, each with one space before it.</summary>
    public static SplitPattern Gpt2Words { get; } = new KnownPattern(KnownExpressions.Gpt2());

    public static SplitPattern Literal(string literal) => new LiteralPattern(literal);

    /// <summary>Every single character for which a condition holds.</summary>
    public static SplitPattern Where(Func<Rune, bool> condition) => new CharacterPattern(condition);

    /// <summary>Reads {"String": ...} or {"Regex": ...}; an empty string is found before each character and at the end.</summary>
    public static SplitPattern Read(JsonPart pattern)
    {
        var literal = pattern.OptionalText("String");
        return literal is { Length: > 0 } ? Literal(literal) : Compile(literal ?? pattern.Text("Regex"), pattern);
    }

    /// <summary>Appends the matches in <paramref name="text"/>, in order; an empty one never touches the match before it.</summary>
    /// <param name="text">Where to look.</param>
    /// <param name="matches">Where they go.</param>
    /// <param name="budget">What the whole text may cost of which this is a part.</param>
    /// <exception cref="TokenizerLimitException">The search takes too long.</exception>
    public abstract void Find(ReadOnlySpan<char> text, List<CharacterSpan> matches, TextBudget budget);

    private static SplitPattern Compile(string expression, JsonPart where)
    {
        if (KnownExpressions.Find(expression) is { } known)
        {
            return new KnownPattern(known);
        }

        try
        {
            return ExpressionPattern.Parse(expression, where.Place);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            throw where.Unsupported(
                $"the expression '{Shortened.Of(expression)}' ({exception.Message.TrimEnd('.')})",
                "Oniguruma's expressions of characters, classes, groups, alternatives, repetitions and lookaround");
        }
    }
}
