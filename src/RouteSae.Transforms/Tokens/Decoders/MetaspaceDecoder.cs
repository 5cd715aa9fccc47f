namespace RouteSae.Tokens.Decoders;

/// <summary>"Metaspace": writes spaces for the marks; those of the first token were not in the text.</summary>
internal sealed class MetaspaceDecoder(string mark, bool dropsFirst) : Decoder
{
    public override IReadOnlyList<string> Decode(IReadOnlyList<string> tokens) =>
        [.. tokens.Select((token, index) => index == 0 && dropsFirst ? Write(token, "") : Surface(token))];

    public override string Surface(string token) => Write(token, " ");

    private string Write(string token, string space) => token.Replace(mark, space, StringComparison.Ordinal);
}
