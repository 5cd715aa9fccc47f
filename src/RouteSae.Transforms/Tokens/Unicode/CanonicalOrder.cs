namespace RouteSae.Tokens.Unicode;

/// <summary>Puts marks that follow one another in the order of their combining classes; equal ones keep theirs.</summary>
internal static class CanonicalOrder
{
    public static void Sort(List<AlignedCodePoint> characters)
    {
        for (var start = 0; start < characters.Count; start++)
        {
            var end = start;
            while (end < characters.Count && Class(characters[end]) != 0)
            {
                end++;
            }

            if (end - start > 1)
            {
                var sorted = characters.GetRange(start, end - start).OrderBy(Class).ToList();
                for (var index = start; index < end; index++)
                {
                    characters[index] = sorted[index - start];
                }
            }

            start = end;
        }
    }

    private static byte Class(AlignedCodePoint character) => UnicodeData.Instance.CombiningClass(character.Value);
}
