namespace RouteSae.Tokens;

/// <summary>A range of UTF-16 characters of the text that was encoded.</summary>
/// <param name="Start">Index of the first character, from 0.</param>
/// <param name="Length">Number of characters; 0 for what no character stands for.</param>
public readonly record struct CharacterSpan(int Start, int Length)
{
    /// <summary>Index after the last character.</summary>
    public int End => Start + Length;
}
