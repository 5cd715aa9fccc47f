namespace RouteSae.Tokens;

/// <summary>Texts of files and of users in messages: long ones are cut.</summary>
internal static class Shortened
{
    private const int Longest = 80;

    /// <summary>The text, or its beginning and its length.</summary>
    public static string Of(ReadOnlySpan<char> text) => text.Length <= Longest
        ? text.ToString()
        : $"{text[..Longest].ToString()}… ({text.Length} characters)";
}
