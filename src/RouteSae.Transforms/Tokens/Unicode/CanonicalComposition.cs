namespace RouteSae.Tokens.Unicode;

/// <summary>Puts each character together with the marks and letters after it that nothing separates from it.</summary>
internal static class CanonicalComposition
{
    private const int None = -1;

    public static void Compose(List<AlignedCodePoint> characters)
    {
        var data = UnicodeData.Instance;
        var starter = None;
        var written = 0;
        var lastClass = 0;
        foreach (var character in characters.ToArray())
        {
            var combiningClass = data.CombiningClass(character.Value);
            var isNext = starter == written - 1;
            if (starter != None && (isNext || (lastClass < combiningClass && lastClass != 0))
                && Pair(data, characters[starter].Value, character.Value) is { } composed)
            {
                characters[starter] = new AlignedCodePoint(
                    composed,
                    Math.Min(characters[starter].Start, character.Start),
                    Math.Max(characters[starter].End, character.End));
                continue;
            }

            if (combiningClass == 0)
            {
                starter = written;
            }

            lastClass = combiningClass;
            characters[written++] = character;
        }

        characters.RemoveRange(written, characters.Count - written);
    }

    private static int? Pair(UnicodeData data, int first, int second) => HangulSyllable.Compose(first, second) ?? data.Composition(first, second);
}
