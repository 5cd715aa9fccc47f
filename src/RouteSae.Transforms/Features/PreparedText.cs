using RouteSae.Tokens;

namespace RouteSae.Features;

/// <summary>A text as the network reads it.</summary>
/// <param name="Ids">The tokens, at most as many as are read.</param>
/// <param name="Spans">Where each token stands in the text.</param>
/// <param name="Pooled">For each token whether it counts in pooling.</param>
/// <param name="Truncated">Whether the text had more tokens.</param>
internal sealed record PreparedText(int[] Ids, CharacterSpan[] Spans, bool[] Pooled, bool Truncated)
{
    public static PreparedText Empty { get; } = new([], [], [], false);

    public int Length => Ids.Length;
}
