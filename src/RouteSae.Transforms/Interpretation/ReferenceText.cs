namespace RouteSae.Interpretation;

/// <summary>Python's string operations, where they differ from .NET's and the reference's token classes and contexts depend on them.</summary>
internal static class ReferenceText
{
    /// <summary>Orders strings by code points; ordinal order, by UTF-16 units, puts U+E000 to U+FFFF after the characters beyond them.</summary>
    public static IComparer<string> CodePointOrder { get; } = Comparer<string>.Create(Compare);

    /// <summary>Removes white space at both ends. Python counts the four separators U+001C to U+001F as such.</summary>
    public static string Strip(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && IsSpace(text[start]))
            start++;
        while (end > start && IsSpace(text[end - 1]))
            end--;
        return text[start..end];
    }

    /// <summary>Lower case. İ, which also stands for a byte in byte-level tokens, becomes two characters; a Σ at the end of a word becomes σ here, and ς in Python.</summary>
    public static string Lower(string text) => text.Replace("\u0130", "i\u0307", StringComparison.Ordinal).ToLowerInvariant();

    private static bool IsSpace(char character) => char.IsWhiteSpace(character) || character is >= '\u001c' and <= '\u001f';

    private static int Compare(string? left, string? right)
    {
        var length = Math.Min(left!.Length, right!.Length);
        var same = left.AsSpan().CommonPrefixLength(right);
        if (same == length)
            return left.Length.CompareTo(right.Length);
        var (first, second) = (left[same], right[same]);
        return char.IsSurrogate(first) == char.IsSurrogate(second) ? first.CompareTo(second) : char.IsSurrogate(first) ? 1 : -1;
    }
}
