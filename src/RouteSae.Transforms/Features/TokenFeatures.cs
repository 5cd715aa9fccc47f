namespace RouteSae.Features;

/// <summary>A text, token by token: what the network saw, where it looked and what it found.</summary>
/// <param name="Text">The text as given.</param>
/// <param name="Tokens">Its tokens in order, special tokens included.</param>
/// <param name="Truncated">Whether the text had more tokens than the context holds; the rest was not read.</param>
public sealed record TokenFeatures(string Text, IReadOnlyList<TokenExplanation> Tokens, bool Truncated);
