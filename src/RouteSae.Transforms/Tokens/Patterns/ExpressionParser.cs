using RouteSae.Tokens.Unicode;

namespace RouteSae.Tokens.Patterns;

/// <summary>
/// Translates Oniguruma's syntax to .NET's: every character becomes a set of code points, possessive repetitions
/// become atomic groups, ^ and $ stand at lines. What has no translation is refused.
/// </summary>
internal sealed class ExpressionParser
{
    private const string LineStart = @"(?:\A|(?<=\n)(?!\z))";
    private const string LineEnd = "(?m:$)"; // before a line feed or at the end, and unlike lookahead possible without backtracking

    private readonly ExpressionReader _reader;
    private readonly List<ExpressionPart> _parts = [];

    private ExpressionParser(ExpressionReader reader) => _reader = reader;

    public static IReadOnlyList<ExpressionPart> Parse(string expression)
    {
        var reader = new ExpressionReader(expression);
        var parser = new ExpressionParser(reader);
        parser.ReadAlternatives(new ExpressionFlags(IgnoresCase: reader.TryTake("(?i)"), DotIsAny: false));
        return reader.AtEnd ? parser._parts : throw new FormatException("a ')' has no '('");
    }

    private void ReadAlternatives(ExpressionFlags flags)
    {
        while (!_reader.AtEnd && !_reader.StartsWith(")"))
        {
            if (_reader.TryTake("|"))
            {
                Write("|");
            }
            else
            {
                ReadRepeated(flags);
            }
        }
    }

    private void ReadRepeated(ExpressionFlags flags)
    {
        var start = _parts.Count;
        ReadAtom(flags);
        for (var first = true; Quantifier() is { } quantifier; first = false)
        {
            if (!first)
            {
                Wrap("(?:", start, ")");
            }

            Write(quantifier);
            if (quantifier[0] == '{' ? _reader.StartsWith("?") && !quantifier.Contains(',') : _reader.TryTake("+"))
            {
                if (quantifier[0] == '{')
                {
                    throw new FormatException("an optional exact repetition is not translated");
                }

                Wrap("(?>", start, ")");
            }
            else if (_reader.TryTake("?"))
            {
                Write("?");
            }
        }
    }

    private string? Quantifier() => _reader.TryTake("*") ? "*" : _reader.TryTake("+") ? "+" : _reader.TryTake("?") ? "?" : _reader.TakeInterval();

    private void ReadAtom(ExpressionFlags flags)
    {
        if (_reader.StartsWith("("))
        {
            ReadGroup(flags);
        }
        else if (_reader.TryTake("["))
        {
            Write(ClassParser.Read(_reader, flags.IgnoresCase));
        }
        else if (_reader.TryTake("."))
        {
            Write(flags.DotIsAny ? CodePointSet.Empty.Negate() : CodePointSet.Of('\n').Negate());
        }
        else if (_reader.TryTake("^"))
        {
            Write(LineStart);
        }
        else if (_reader.TryTake("$"))
        {
            Write(LineEnd);
        }
        else if (_reader.StartsWith("\\") && Escapes.TryReadAnchor(_reader) is { } anchor)
        {
            anchor.ForEach(_parts.Add);
        }
        else if (_reader.StartsWith("\\"))
        {
            Write(Escapes.ReadBareSet(_reader, flags.IgnoresCase));
        }
        else
        {
            var character = CodePointSet.Of(_reader.Take());
            Write(flags.IgnoresCase ? CaseFolding.Close(character) : character);
        }
    }

    private void ReadGroup(ExpressionFlags flags)
    {
        if (_reader.TryTake("(?#"))
        {
            _reader.TakeUntil(")");
            return;
        }

        _reader.Enter();
        Write(GroupStart.Read(_reader, ref flags));
        ReadAlternatives(flags);
        _reader.Leave();
        Write(_reader.TryTake(")") ? ")" : throw new FormatException("a ')' is missing"));
    }

    private void Wrap(string before, int start, string after)
    {
        _parts.Insert(start, new ExpressionPart(before, null));
        Write(after);
    }

    private void Write(string syntax) => _parts.Add(new ExpressionPart(syntax, null));

    private void Write(CodePointSet set) => _parts.Add(new ExpressionPart(null, set));
}
