using RouteSae.Tokens.Unicode;

namespace RouteSae.Tokens.Patterns;

/// <summary>Reads a class of characters: ranges, escapes, classes within classes, intersections.</summary>
internal static class ClassParser
{
    /// <summary>The set of a class whose opening bracket has been read.</summary>
    public static CodePointSet Read(ExpressionReader reader, bool ignoresCase)
    {
        reader.Enter();
        var negated = reader.TryTake("^");
        CodePointSet? all = null;
        var set = reader.TryTake("]") ? CodePointSet.Of(']') : CodePointSet.Empty;
        while (!reader.TryTake("]"))
        {
            if (reader.TryTake("&&"))
            {
                all = all?.Intersect(set) ?? set;
                set = CodePointSet.Empty;
            }
            else
            {
                set = set.Union(ReadItem(reader, ignoresCase));
            }
        }

        reader.Leave();
        set = all?.Intersect(set) ?? set;
        set = ignoresCase ? CaseFolding.Close(set) : set;
        return negated ? set.Negate() : set;
    }

    private static CodePointSet ReadItem(ExpressionReader reader, bool ignoresCase)
    {
        if (reader.TryTake("[:"))
        {
            return ReadBracket(reader);
        }

        if (reader.TryTake("["))
        {
            return Read(reader, ignoresCase);
        }

        var first = ReadCharacters(reader);
        if (!IsSingle(first) || !reader.StartsWith("-") || reader.StartsWith("-]") || reader.StartsWith("-[") || reader.StartsWith("-&&"))
        {
            return first;
        }

        reader.TryTake("-");
        var last = ReadCharacters(reader);
        if (!IsSingle(last))
        {
            return first.Union(CodePointSet.Of('-')).Union(last);
        }

        var (low, high) = (first.Ranges[0].First, last.Ranges[0].First);
        return low <= high ? CodePointSet.Of(low, high) : throw new FormatException("a range goes backwards");
    }

    private static CodePointSet ReadCharacters(ExpressionReader reader) =>
        reader.TryTake(@"\b") ? CodePointSet.Of('\b')
            : reader.StartsWith("\\") ? Escapes.ReadSet(reader)
            : CodePointSet.Of(reader.Take());

    private static bool IsSingle(CodePointSet set) => set.Ranges is [{ Count: 1 }];

    private static CodePointSet ReadBracket(ExpressionReader reader)
    {
        var negated = reader.TryTake("^");
        var name = reader.TakeUntil(":]");
        var set = name switch
        {
            "space" => UnicodeProperty.WhiteSpace,
            "digit" => UnicodeProperty.DecimalDigit,
            "word" => UnicodeProperty.Word,
            _ => throw new FormatException($"the class '[:{name}:]' is not translated"),
        };
        return negated ? set.Negate() : set;
    }
}
