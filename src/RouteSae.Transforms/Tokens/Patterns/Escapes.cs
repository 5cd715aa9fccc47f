using RouteSae.Tokens.Unicode;

namespace RouteSae.Tokens.Patterns;

/// <summary>Reads what a backslash introduces.</summary>
internal static class Escapes
{
    private static readonly CodePointSet HexadecimalDigits =
        CodePointSet.Of('0', '9').Union(CodePointSet.Of('a', 'f')).Union(CodePointSet.Of('A', 'F'));

    // Oniguruma lets these be where case is ignored; classes in brackets and characters it does not.
    private static readonly string[] Classes = [@"\s", @"\S", @"\d", @"\D", @"\h", @"\H", @"\N", @"\p", @"\P"];

    /// <summary>A place in the text, or null where the escape stands for a character, which is then not yet read.</summary>
    public static List<ExpressionPart>? TryReadAnchor(ExpressionReader reader)
    {
        foreach (var anchor in new[] { @"\A", @"\z", @"\Z", @"\G" })
        {
            if (reader.TryTake(anchor))
            {
                return [Syntax(anchor)];
            }
        }

        var (inside, outside) = (Word(@"(?<=", "(?="), Word("(?<!", "(?!"));
        return reader.TryTake(@"\b") ? [Syntax("(?:"), .. inside[0], .. outside[1], Syntax("|"), .. outside[0], .. inside[1], Syntax(")")]
            : reader.TryTake(@"\B") ? [Syntax("(?:"), .. inside[0], .. inside[1], Syntax("|"), .. outside[0], .. outside[1], Syntax(")")]
            : reader.TryTake(@"\R") ? [Syntax(@"(?>\r\n|[\n\v\f\r\u0085\u2028\u2029])")]
            : null;
    }

    /// <summary>The characters that an escape outside a class stands for.</summary>
    public static CodePointSet ReadBareSet(ExpressionReader reader, bool ignoresCase)
    {
        if (reader.TryTake(@"\w"))
        {
            return UnicodeProperty.BareWord;
        }

        if (reader.TryTake(@"\W"))
        {
            return UnicodeProperty.BareWord.Negate();
        }

        var isClass = Classes.Any(reader.StartsWith);
        var set = ReadSet(reader);
        return ignoresCase && !isClass ? CaseFolding.Close(set) : set;
    }

    /// <summary>The characters that an escape within a class stands for.</summary>
    public static CodePointSet ReadSet(ExpressionReader reader)
    {
        reader.TryTake("\\");
        var letter = reader.Take();
        return letter switch
        {
            's' => UnicodeProperty.WhiteSpace,
            'S' => UnicodeProperty.WhiteSpace.Negate(),
            'd' => UnicodeProperty.DecimalDigit,
            'D' => UnicodeProperty.DecimalDigit.Negate(),
            'w' => UnicodeProperty.Word,
            'W' => UnicodeProperty.Word.Negate(),
            'h' => HexadecimalDigits,
            'H' => HexadecimalDigits.Negate(),
            'N' => CodePointSet.Of('\n').Negate(),
            'p' or 'P' => ReadProperty(reader, negated: letter == 'P'),
            _ => CodePointSet.Of(ReadCharacter(reader, letter)),
        };
    }

    private static int ReadCharacter(ExpressionReader reader, int letter) => letter switch
    {
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        'f' => '\f',
        'v' => '\v',
        'a' => '\a',
        'e' => 0x1B,
        '0' => 0,
        'x' when reader.TryTake("{") => ExpressionReader.ParseHexadecimal(reader.TakeUntil("}")),
        'x' => reader.TakeHexadecimal(2),
        'u' => reader.TakeHexadecimal(4),
        < 0x80 when char.IsAsciiLetterOrDigit((char)letter) => throw new FormatException($"'\\{(char)letter}' is not translated"),
        _ => letter,
    };

    private static CodePointSet ReadProperty(ExpressionReader reader, bool negated)
    {
        if (!reader.TryTake("{"))
        {
            throw new FormatException("a property has no braces");
        }

        negated ^= reader.TryTake("^");
        var name = reader.TakeUntil("}");
        var set = UnicodeProperty.Find(name) ?? throw new FormatException($"the property '{name}' is not known");
        return negated ? set.Negate() : set;
    }

    private static ExpressionPart Syntax(string text) => new(text, null);

    private static List<ExpressionPart>[] Word(params string[] starts) =>
        [.. starts.Select(start => new List<ExpressionPart> { Syntax(start), new(null, UnicodeProperty.BareWord), Syntax(")") })];
}
