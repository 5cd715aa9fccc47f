namespace RouteSae.Tokens.Unicode;

/// <summary>Korean syllables and their letters, which Unicode computes instead of listing.</summary>
internal static class HangulSyllable
{
    private const int First = 0xAC00;
    private const int FirstLead = 0x1100;
    private const int FirstVowel = 0x1161;
    private const int BeforeTrail = 0x11A7;
    private const int Leads = 19;
    private const int Vowels = 21;
    private const int Trails = 28;

    public static int[]? Decompose(int codePoint)
    {
        var index = codePoint - First;
        if (index is < 0 or >= Leads * Vowels * Trails)
        {
            return null;
        }

        var (lead, vowel, trail) = (FirstLead + (index / (Vowels * Trails)), FirstVowel + (index / Trails % Vowels), BeforeTrail + (index % Trails));
        return trail == BeforeTrail ? [lead, vowel] : [lead, vowel, trail];
    }

    public static int? Compose(int first, int second)
    {
        if (first - FirstLead is >= 0 and < Leads and var lead && second - FirstVowel is >= 0 and < Vowels and var vowel)
        {
            return First + (((lead * Vowels) + vowel) * Trails);
        }

        var isOpen = first - First is >= 0 and < Leads * Vowels * Trails and var index && index % Trails == 0;
        return isOpen && second - BeforeTrail is > 0 and < Trails and var trail ? first + trail : null;
    }
}
