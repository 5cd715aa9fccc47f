namespace RouteSae.Tokens;

/// <summary>Reads the "pre_tokenizer" of a tokenizer.json.</summary>
internal static class PreTokenizerReader
{
    private const string Supported = "ByteLevel, Split, Digits, Metaspace, Sequence";

    /// <summary>Whether the last step turns characters into bytes.</summary>
    public static bool IsByteLevel(JsonPart? part) => part is { } step && step.Text("type") switch
    {
        "ByteLevel" => true,
        "Sequence" => step.Required("pretokenizers").Items().Any(inner => IsByteLevel(inner)),
        _ => false,
    };

    /// <param name="part">The component.</param>
    /// <param name="addPrefixSpace">What tokenizer_config.json says over a ByteLevel step, if it says anything.</param>
    public static PreTokenizer Read(JsonPart part, bool? addPrefixSpace) => part.Text("type") switch
    {
        "ByteLevel" => new ByteLevelPreTokenizer(
            addPrefixSpace ?? part.Flag("add_prefix_space", absent: true), part.Flag("use_regex", absent: true)),
        "Split" => new SplitPreTokenizer(new PatternSplitter(
            SplitPattern.Read(part.Required("pattern")), ReadBehavior(part.Required("behavior")), part.Flag("invert", absent: false))),
        "Digits" => ReadDigits(part),
        "Metaspace" => ReadMetaspace(part),
        "Sequence" => ReadSequence(part.Required("pretokenizers")),
        var other => throw part.Unsupported($"the pre-tokenizer '{other}'", Supported),
    };

    private static PreTokenizerSequence ReadSequence(JsonPart steps)
    {
        var parts = steps.Items().ToList();
        foreach (var early in parts.SkipLast(1))
        {
            if (IsByteLevel(early))
            {
                throw early.Unsupported("a ByteLevel step before other pre-tokenizers", "ByteLevel as the last step");
            }
        }

        return new PreTokenizerSequence(parts.Select(step => Read(step, addPrefixSpace: null)).ToList());
    }

    private static SplitPreTokenizer ReadDigits(JsonPart part)
    {
        var behavior = part.Flag("individual_digits", absent: false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous;
        return new SplitPreTokenizer(new PatternSplitter(SplitPattern.Digit, behavior, invert: false));
    }

    private static MetaspacePreTokenizer ReadMetaspace(JsonPart part)
    {
        var mark = MarkOf(part);
        var scheme = ReadScheme(part);
        return new MetaspacePreTokenizer(mark, scheme, part.Flag("split", absent: true));
    }

    /// <summary>The character that a Metaspace step writes for a space.</summary>
    public static char MarkOf(JsonPart part)
    {
        var replacement = part.OptionalText("replacement") ?? "▁";
        return replacement.Length == 1
            ? replacement[0]
            : throw part.Error($"the replacement '{replacement}' is not one character");
    }

    /// <summary>The scheme of a Metaspace step; files of older versions have add_prefix_space instead.</summary>
    public static PrependScheme ReadScheme(JsonPart part)
    {
        if (part.OptionalFlag("add_prefix_space") == false)
        {
            return PrependScheme.Never;
        }

        return part.OptionalText("prepend_scheme") switch
        {
            null or "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            var other => throw part.Unsupported($"the prepend_scheme '{other}'", "always, first, never"),
        };
    }

    private static SplitBehavior ReadBehavior(JsonPart behavior) => behavior.Text() switch
    {
        "Isolated" => SplitBehavior.Isolated,
        "Removed" => SplitBehavior.Removed,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        var other => throw behavior.Unsupported(
            $"the behavior '{other}'", string.Join(", ", Enum.GetNames<SplitBehavior>())),
    };
}
