namespace RouteSae.Tokens.Normalizers;

/// <summary>"Strip": cuts white space off the start, the end or both.</summary>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    public override Piece Apply(Piece piece)
    {
        var characters = piece.Characters;
        var (start, end) = (0, characters.Length);
        while (left && start < end && char.IsWhiteSpace(characters[start]))
        {
            start++;
        }

        while (right && end > start && char.IsWhiteSpace(characters[end - 1]))
        {
            end--;
        }

        return piece.Slice(start, end - start);
    }
}
