namespace RouteSae.Tokens.Unicode;

/// <summary>A code point and the characters of the original text that it stands for.</summary>
internal readonly record struct AlignedCodePoint(int Value, int Start, int End);
