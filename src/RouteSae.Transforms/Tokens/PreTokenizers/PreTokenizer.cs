namespace RouteSae.Tokens.PreTokenizers;

/// <summary>Splits a normalized piece into the words that the model looks at one by one.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Appends the parts of <paramref name="piece"/> (never empty) to <paramref name="output"/>.</summary>
    public abstract void Apply(Piece piece, List<Piece> output);
}
