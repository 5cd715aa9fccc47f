namespace RouteSae.Tokens;

/// <summary>Python's str.split() and str.strip() without an argument, which the reference's data preparation uses.</summary>
internal static class PythonText
{
    /// <summary>The words of a text: what stands between blanks, never empty.</summary>
    public static IEnumerable<string> Words(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            while (start < text.Length && IsBlank(text[start]))
                start++;
            var end = start;
            while (end < text.Length && !IsBlank(text[end]))
                end++;
            if (end > start)
                yield return text[start..end];
            start = end;
        }
    }

    /// <summary>A text without the blanks around it.</summary>
    public static ReadOnlyMemory<char> Strip(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && IsBlank(text[start]))
            start++;
        while (end > start && IsBlank(text[end - 1]))
            end--;
        return text.AsMemory(start, end - start);
    }

    // Beside Unicode's white space, Python also splits at the four separators of ASCII.
    private static bool IsBlank(char character) => char.IsWhiteSpace(character) || character is >= '\x1c' and <= '\x1f';
}
