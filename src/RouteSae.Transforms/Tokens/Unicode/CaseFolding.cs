using System.Text;

namespace RouteSae.Tokens.Unicode;

/// <summary>Characters that are equal but for their case, one for one: "s", "S" and "ſ".</summary>
internal static class CaseFolding
{
    private static readonly Lazy<ILookup<int, int>> Variants = new(() => Enumerable.Range(0, CodePointSet.Largest + 1)
        .Where(Rune.IsValid)
        .Select(value => (Value: value, Folded: Fold(value)))
        .GroupBy(pair => pair.Folded)
        .Where(group => group.Count() > 1)
        .SelectMany(group => group)
        .ToLookup(pair => pair.Folded, pair => pair.Value));

    /// <summary>The set with all variants of its characters.</summary>
    public static CodePointSet Close(CodePointSet set)
    {
        var more = Variants.Value
            .Where(group => group.Any(set.Contains))
            .SelectMany(group => group, (_, variant) => new CodePointRange(variant, variant));
        return CodePointSet.Of([.. set.Ranges, .. more]);
    }

    // The runtime's lower and upper case leave out what would turn into ASCII.
    private static int Fold(int codePoint) => codePoint switch
    {
        0x17F => 's',
        0x212A => 'k',
        0x212B => 0xE5,
        0x1E9E => 0xDF,
        0x130 or 0x131 => codePoint,
        _ => Rune.ToLowerInvariant(Rune.ToUpperInvariant(new Rune(codePoint))).Value,
    };
}
