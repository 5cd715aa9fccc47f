using RouteSae.Tokens;

namespace RouteSae.Features;

/// <summary>A text as the network reads it.</summary>
/// <param name="Ids">The tokens, at most as many as are read.</param>
/// <param name="Spans">Where each token stands in the text.</param>
/// <param name="Pooled">For each token whether it counts in pooling.</param>
/// <param name="TokensInText">How many tokens the whole text has.</param>
internal sealed record PreparedText(int[] Ids, CharacterSpan[] Spans, bool[] Pooled, int TokensInText)
{
    public static PreparedText Empty { get; } = new([], [], [], 0);

    public int Length => Ids.Length;

    /// <summary>Whether the text has more tokens than are read.</summary>
    public bool Truncated => Length < TokensInText;
}
