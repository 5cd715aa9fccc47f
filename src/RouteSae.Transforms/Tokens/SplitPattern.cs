using System.Text.RegularExpressions;

namespace RouteSae.Tokens;

/// <summary>A literal string or a regular expression to look for in a text.</summary>
internal sealed partial class SplitPattern
{
    private const string Gpt2 =
        @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private const string Llama3 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private readonly Regex? _regex;
    private readonly string? _literal;

    private SplitPattern(Regex? regex, string? literal)
    {
        _regex = regex;
        _literal = literal;
    }

    /// <summary>The words of GPT-2: contractions, letters, digits, other marks, each with one space before it.</summary>
    public static SplitPattern Gpt2Words { get; } = new(Gpt2Regex(), null);

    /// <summary>One digit or other number.</summary>
    public static SplitPattern Digit { get; } = new(NumberRegex(), null);

    public static SplitPattern Literal(string literal) => new(null, literal);

    /// <summary>Reads {"String": ...} or {"Regex": ...}.</summary>
    public static SplitPattern Read(JsonPart pattern)
    {
        if (pattern.OptionalText("String") is { } literal)
        {
            return literal.Length > 0 ? Literal(literal) : throw pattern.Error("the pattern is empty");
        }

        return Compile(pattern.Text("Regex"), pattern);
    }

    /// <summary>Appends the matches in <paramref name="text"/>, in order; empty ones are left out.</summary>
    public void Find(ReadOnlySpan<char> text, List<CharacterSpan> matches)
    {
        if (_literal is not null)
        {
            FindLiteral(text, matches);
        }
        else if (text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            FindExpression(text, matches);
        }
        else
        {
            FindInProjection(text, matches);
        }
    }

    private static SplitPattern Compile(string expression, JsonPart where)
    {
        switch (expression)
        {
            case Gpt2:
                return Gpt2Words;
            case Llama3:
                return new SplitPattern(Llama3Regex(), null);
        }

        const string supported = "expressions that .NET understands, without characters beyond U+FFFF";
        if (expression.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0)
        {
            throw where.Unsupported($"the expression '{expression}'", supported);
        }

        try
        {
            return new SplitPattern(new Regex(expression, RegexOptions.Compiled | RegexOptions.CultureInvariant), null);
        }
        catch (ArgumentException exception)
        {
            throw where.Unsupported($"the expression '{expression}' ({exception.Message.TrimEnd('.')})", supported);
        }
    }

    private void FindLiteral(ReadOnlySpan<char> text, List<CharacterSpan> matches)
    {
        var start = 0;
        while (text[start..].IndexOf(_literal, StringComparison.Ordinal) is >= 0 and var found)
        {
            matches.Add(new CharacterSpan(start + found, _literal!.Length));
            start += found + _literal.Length;
        }
    }

    private void FindExpression(ReadOnlySpan<char> text, List<CharacterSpan> matches)
    {
        foreach (var match in _regex!.EnumerateMatches(text))
        {
            if (match.Length > 0)
            {
                matches.Add(new CharacterSpan(match.Index, match.Length));
            }
        }
    }

    // .NET expressions see the two halves of a surrogate pair, not the letter, digit or symbol that they form.
    private void FindInProjection(ReadOnlySpan<char> text, List<CharacterSpan> matches)
    {
        var projection = CodePointProjection.Of(text);
        var first = matches.Count;
        FindExpression(projection.Characters, matches);
        for (var index = first; index < matches.Count; index++)
        {
            matches[index] = projection.Original(matches[index]);
        }
    }

    [GeneratedRegex(@"\p{N}", RegexOptions.CultureInvariant)]
    private static partial Regex NumberRegex();

    [GeneratedRegex(Gpt2, RegexOptions.CultureInvariant)]
    private static partial Regex Gpt2Regex();

    [GeneratedRegex(Llama3, RegexOptions.CultureInvariant)]
    private static partial Regex Llama3Regex();
}
