namespace RouteSae.Tokens.Decoders;

/// <summary>"WordPiece": a space before each token that does not continue a word.</summary>
internal sealed class WordPieceDecoder(string prefix, bool cleanUp) : Decoder
{
    public override IReadOnlyList<string> Decode(IReadOnlyList<string> tokens) =>
        [.. tokens.Select((token, index) => Clean(index == 0 ? token : Surface(token)))];

    public override string Surface(string token) =>
        token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : $" {token}";

    private string Clean(string token) => cleanUp ? EnglishCleanUp.Apply(token) : token;
}
