namespace RouteSae.Tokens.Patterns;

/// <summary>Reads how a group begins: its kind, or the flags that hold within it.</summary>
internal static class GroupStart
{
    private static readonly string[] SameInBoth = ["(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>"];

    /// <summary>The group's start in .NET's syntax; flags that it sets are put into <paramref name="flags"/>.</summary>
    public static string Read(ExpressionReader reader, ref ExpressionFlags flags)
    {
        foreach (var start in SameInBoth)
        {
            if (reader.TryTake(start))
            {
                return start;
            }
        }

        if (reader.TryTake("(?<"))
        {
            reader.TakeUntil(">");
            return "(?:";
        }

        if (!reader.TryTake("(?"))
        {
            reader.TryTake("(");
            return "(?:";
        }

        flags = ReadFlags(reader.TakeUntil(":"), flags);
        return "(?:";
    }

    // "i", "m", "im-", "-i": m lets the dot be a line feed.
    private static ExpressionFlags ReadFlags(string letters, ExpressionFlags flags)
    {
        var on = true;
        foreach (var letter in letters)
        {
            flags = letter switch
            {
                'i' => flags with { IgnoresCase = on },
                'm' => flags with { DotIsAny = on },
                '-' => flags,
                _ => throw new FormatException($"the group '(?{letters}:' is not translated"),
            };
            on &= letter != '-';
        }

        return flags;
    }
}
