using System.Text;
using RouteSae.Tokens.Patterns;

namespace RouteSae.Tokens.PreTokenizers;

/// <summary>Reads the "pre_tokenizer" of a tokenizer.json.</summary>
internal static class PreTokenizerReader
{
    private const string Supported =
        "BertPreTokenizer, ByteLevel, CharDelimiterSplit, Digits, FixedLength, Metaspace, Punctuation, Sequence, Split, UnicodeScripts, Whitespace, WhitespaceSplit";

    /// <summary>Whether the last step turns characters into bytes.</summary>
    public static bool IsByteLevel(JsonPart? part) => part is { } step && step.Text("type") switch
    {
        "ByteLevel" => true,
        "Sequence" => step.Required("pretokenizers").Items().Select(inner => (JsonPart?)inner).LastOrDefault() is { } last && IsByteLevel(last),
        _ => false,
    };

    /// <param name="part">The component.</param>
    /// <param name="addPrefixSpace">What tokenizer_config.json says over a ByteLevel step, if it says anything.</param>
    /// <param name="writeBytes">Whether a ByteLevel step at the end writes bytes, which the model may do instead.</param>
    public static PreTokenizer Read(JsonPart part, bool? addPrefixSpace, bool writeBytes) => part.Text("type") switch
    {
        "BertPreTokenizer" => new PreTokenizerSequence([WhiteSpace(), Punctuation(SplitBehavior.Isolated)]),
        "ByteLevel" => new ByteLevelPreTokenizer(
            addPrefixSpace ?? part.Flag("add_prefix_space", absent: true), part.Flag("use_regex", absent: true), writeBytes),
        "CharDelimiterSplit" => Split(SplitPattern.Literal(OneCharacter(part.Required("delimiter"))), SplitBehavior.Removed),
        "Digits" => Split(SplitPattern.Where(Rune.IsNumber), DigitBehavior(part)),
        "FixedLength" => ReadFixedLength(part),
        "Metaspace" => new MetaspacePreTokenizer(MarkOf(part), ReadScheme(part), part.Flag("split", absent: true)),
        "Punctuation" => Punctuation(part.Optional("behavior") is { } behavior ? ReadBehavior(behavior) : SplitBehavior.Isolated),
        "Sequence" => ReadSequence(part.Required("pretokenizers"), writeBytes),
        "Split" => new SplitPreTokenizer(new PatternSplitter(
            SplitPattern.Read(part.Required("pattern")), ReadBehavior(part.Required("behavior")), part.Flag("invert", absent: false))),
        "UnicodeScripts" => new UnicodeScriptsPreTokenizer(),
        "Whitespace" => new WhitespacePreTokenizer(),
        "WhitespaceSplit" => WhiteSpace(),
        var other => throw part.Unsupported($"the pre-tokenizer '{other}'", Supported),
    };

    /// <summary>The character that a Metaspace step writes for a space.</summary>
    public static string MarkOf(JsonPart part) => part.Optional("replacement") is { } replacement ? OneCharacter(replacement) : "▁";

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

    private static PreTokenizerSequence ReadSequence(JsonPart steps, bool writeBytes)
    {
        var parts = steps.Items().ToList();
        return new PreTokenizerSequence(
            [.. parts.Select((step, index) => Read(step, addPrefixSpace: null, writeBytes || index < parts.Count - 1))]);
    }

    private static SplitPreTokenizer Split(SplitPattern pattern, SplitBehavior behavior) => new(new PatternSplitter(pattern, behavior, invert: false));

    private static SplitPreTokenizer WhiteSpace() => Split(SplitPattern.Where(Rune.IsWhiteSpace), SplitBehavior.Removed);

    private static SplitPreTokenizer Punctuation(SplitBehavior behavior) => Split(SplitPattern.Where(IsPunctuation), behavior);

    private static bool IsPunctuation(Rune rune) => Rune.IsPunctuation(rune) || (rune.IsAscii && Rune.IsSymbol(rune));

    private static SplitBehavior DigitBehavior(JsonPart part) =>
        part.Flag("individual_digits", absent: false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous;

    private static FixedLengthPreTokenizer ReadFixedLength(JsonPart part)
    {
        var length = part.Optional("length")?.Number() ?? 5;
        return length > 0 ? new FixedLengthPreTokenizer(length) : throw part.Required("length").Error("expected an integer from 1");
    }

    private static string OneCharacter(JsonPart part) => part.Text().EnumerateRunes().Count() == 1
        ? part.Text()
        : throw part.Error($"'{part.Text()}' is not one character");

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
