using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace RouteSae.Tokens.Unicode;

/// <summary>Sets of code points by the names that expressions use: categories, scripts and a few properties.</summary>
internal static class UnicodeProperty
{
    private static readonly ConcurrentDictionary<string, CodePointSet> Sets = new(StringComparer.Ordinal);

    // In the order of UnicodeCategory.
    private static readonly string[] ShortNames =
    [
        "lu", "ll", "lt", "lm", "lo", "mn", "mc", "me", "nd", "nl", "no", "zs", "zl", "zp", "cc", "cf", "cs", "co",
        "pc", "pd", "ps", "pe", "pi", "pf", "po", "sm", "sc", "sk", "so", "cn",
    ];

    private static readonly Dictionary<string, string> LongNames = new(StringComparer.Ordinal)
    {
        ["letter"] = "l", ["uppercaseletter"] = "lu", ["lowercaseletter"] = "ll", ["titlecaseletter"] = "lt", ["modifierletter"] = "lm",
        ["otherletter"] = "lo", ["mark"] = "m", ["nonspacingmark"] = "mn", ["spacingmark"] = "mc", ["enclosingmark"] = "me",
        ["number"] = "n", ["decimalnumber"] = "nd", ["letternumber"] = "nl", ["othernumber"] = "no", ["separator"] = "z",
        ["spaceseparator"] = "zs", ["lineseparator"] = "zl", ["paragraphseparator"] = "zp", ["other"] = "c", ["control"] = "cc",
        ["format"] = "cf", ["surrogate"] = "cs", ["privateuse"] = "co", ["unassigned"] = "cn", ["punctuation"] = "p",
        ["connectorpunctuation"] = "pc", ["dashpunctuation"] = "pd", ["openpunctuation"] = "ps", ["closepunctuation"] = "pe",
        ["initialpunctuation"] = "pi", ["finalpunctuation"] = "pf", ["otherpunctuation"] = "po", ["symbol"] = "s", ["mathsymbol"] = "sm",
        ["currencysymbol"] = "sc", ["modifiersymbol"] = "sk", ["othersymbol"] = "so", ["digit"] = "nd", ["punct"] = "p",
    };

    public static CodePointSet WhiteSpace => Named("space", () => CodePointSet.Where(Rune.IsWhiteSpace));

    public static CodePointSet DecimalDigit => Named("nd", () => Category("nd")!);

    /// <summary>What [\w] and \p{Word} of Oniguruma are: letters, marks, decimal digits and connecting punctuation.</summary>
    public static CodePointSet Word => Named("word", () => CodePointSet.Where(IsWordCharacter));

    /// <summary>What \w of Oniguruma is outside a class: as <see cref="Word"/>, and the superscripts and fractions of Latin-1.</summary>
    public static CodePointSet BareWord => Named("bareword", () => CodePointSet.Where(
        rune => rune.Value is 0xB2 or 0xB3 or 0xB9 or (>= 0xBC and <= 0xBE) || IsWordCharacter(rune)));

    /// <summary>The set of a property's name, whatever its case, spaces and underscores; null for an unknown name.</summary>
    public static CodePointSet? Find(string name)
    {
        var key = Simplify(name);
        return key switch
        {
            "space" or "whitespace" => WhiteSpace,
            "word" => Word,
            "any" => CodePointSet.Empty.Negate(),
            _ when Category(LongNames.GetValueOrDefault(key, key)) is { } set => set,
            _ => UnicodeData.Instance.Scripts.Where(script => Simplify(script.Key) == key)
                .Select(script => CodePointSet.Of(script.Value)).FirstOrDefault(),
        };
    }

    /// <summary>Whether a character is a letter, a mark, a decimal digit or connecting punctuation; circled letters are letters.</summary>
    public static bool IsWordCharacter(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
        or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation
        || rune.Value is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);

    /// <summary>As <see cref="IsWordCharacter"/>, and the joiners: \w of the library's other expressions.</summary>
    public static bool IsWordCharacterOrJoiner(Rune rune) => rune.Value is 0x200C or 0x200D || IsWordCharacter(rune);

    private static CodePointSet? Category(string name)
    {
        var categories = Enumerable.Range(0, ShortNames.Length)
            .Where(index => name == "lc" ? index <= 2 : name.Length is 1 or 2 && ShortNames[index].StartsWith(name, StringComparison.Ordinal))
            .Select(index => (UnicodeCategory)index).ToHashSet();
        return categories.Count == 0 ? null : Named(name, () => CodePointSet.Where(rune => categories.Contains(Rune.GetUnicodeCategory(rune))));
    }

    private static CodePointSet Named(string name, Func<CodePointSet> make) => Sets.GetOrAdd(name, _ => make());

    private static string Simplify(string name) =>
        name.Replace("_", "").Replace(" ", "").Replace("-", "").ToLowerInvariant();
}
