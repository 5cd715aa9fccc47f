using System.Globalization;
using System.Text;

namespace RouteSae.Tokens.Patterns;

/// <summary>Reads an expression code point by code point.</summary>
internal sealed class ExpressionReader
{
    private const int LongestExpression = 16_384;
    private const int DeepestNesting = 100;

    private readonly string _expression;
    private int _position;
    private int _depth;

    /// <exception cref="FormatException">The expression is too long.</exception>
    public ExpressionReader(string expression)
    {
        _expression = expression.Length <= LongestExpression
            ? expression
            : throw new FormatException($"it has {expression.Length} characters, more than {LongestExpression}");
    }

    /// <summary>Goes into a group or a class.</summary>
    /// <exception cref="FormatException">Groups and classes are nested too deeply.</exception>
    public void Enter()
    {
        if (++_depth > DeepestNesting)
        {
            throw new FormatException($"its groups and classes are nested more than {DeepestNesting} deep");
        }
    }

    /// <summary>Leaves a group or a class.</summary>
    public void Leave() => _depth--;

    public bool AtEnd => _position >= _expression.Length;

    public bool StartsWith(string text) => string.CompareOrdinal(_expression, _position, text, 0, text.Length) == 0;

    public bool TryTake(string text)
    {
        var starts = StartsWith(text);
        _position += starts ? text.Length : 0;
        return starts;
    }

    /// <summary>The next code point.</summary>
    public int Take()
    {
        if (AtEnd)
        {
            throw new FormatException("it ends too early");
        }

        Rune.DecodeFromUtf16(_expression.AsSpan(_position), out var rune, out var length);
        _position += length;
        return rune.Value;
    }

    /// <summary>What stands before the next occurrence of a text, which is passed over.</summary>
    public string TakeUntil(string end)
    {
        var found = _expression.IndexOf(end, _position, StringComparison.Ordinal);
        if (found < 0)
        {
            throw new FormatException($"'{end}' is missing");
        }

        var text = _expression[_position..found];
        _position = found + end.Length;
        return text;
    }

    /// <summary>A code point of so many hexadecimal digits.</summary>
    public int TakeHexadecimal(int mostDigits)
    {
        var start = _position;
        while (_position < _expression.Length && _position - start < mostDigits && char.IsAsciiHexDigit(_expression[_position]))
        {
            _position++;
        }

        return ParseHexadecimal(_expression[start.._position]);
    }

    /// <summary>The number of a code point.</summary>
    public static int ParseHexadecimal(string digits) =>
        int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) && Rune.IsValid(value)
            ? value
            : throw new FormatException($"'{digits}' is no code point");

    /// <summary>An interval "{n}", "{n,}", "{,m}" or "{n,m}" in .NET's spelling, or null where the brace is a character.</summary>
    public string? TakeInterval()
    {
        var end = _expression.IndexOf('}', _position);
        if (!StartsWith("{") || end < 0)
        {
            return null;
        }

        var bounds = _expression[(_position + 1)..end].Split(',');
        var isInterval = bounds.Length <= 2 && bounds.All(bound => bound.All(char.IsAsciiDigit)) && bounds.Any(bound => bound.Length > 0);
        if (!isInterval)
        {
            return null;
        }

        _position = end + 1;
        var least = bounds[0].Length > 0 ? bounds[0] : "0";
        return bounds.Length == 1 ? $"{{{least}}}" : $"{{{least},{bounds[1]}}}";
    }
}
