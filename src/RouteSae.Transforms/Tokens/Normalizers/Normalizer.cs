namespace RouteSae.Tokens.Normalizers;

/// <summary>Rewrites text before it is split, keeping for every character where it came from.</summary>
internal abstract class Normalizer
{
    /// <summary>The rewritten <paramref name="piece"/>; it may be the piece itself, or become empty.</summary>
    public abstract Piece Apply(Piece piece);
}
