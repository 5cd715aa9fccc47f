namespace RouteSae.Tokens.PreTokenizers;

/// <summary>Pre-tokenizers one after the other.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<PreTokenizer> steps) : PreTokenizer
{
    public override void Apply(Piece piece, List<Piece> output)
    {
        var current = new List<Piece> { piece };
        foreach (var step in steps)
        {
            piece.Text.Budget.Work(piece.Length, "The pre-tokenizer");
            var next = new List<Piece>(current.Count);
            foreach (var part in current)
            {
                step.Apply(part, next);
            }

            current = next;
        }

        output.AddRange(current);
    }
}
