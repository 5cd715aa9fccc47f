namespace RouteSae.Tokens.Normalizers;

/// <summary>"Prepend": puts a string before every text that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : Normalizer
{
    public override Piece Apply(Piece piece) =>
        piece.Length == 0 ? piece : AlignedTextBuilder.Prepend(prefix, piece);
}
