namespace RouteSae.Tokens.Normalizers;

/// <summary>Normalizers one after the other.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<Normalizer> steps) : Normalizer
{
    public override Piece Apply(Piece piece)
    {
        foreach (var step in steps)
        {
            piece.Text.Budget.Work(piece.Length, "The normalizer");
            piece = step.Apply(piece);
        }

        return piece;
    }
}
