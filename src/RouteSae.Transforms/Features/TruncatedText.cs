namespace RouteSae.Features;

/// <summary>A text that was longer than the context.</summary>
/// <param name="Tokens">The tokens it has.</param>
/// <param name="TokensRead">The tokens that were read, from its beginning.</param>
public sealed record TruncatedText(int Tokens, int TokensRead);
