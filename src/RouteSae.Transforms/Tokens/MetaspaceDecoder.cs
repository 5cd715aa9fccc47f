namespace RouteSae.Tokens;

/// <summary>"Metaspace": writes spaces for the marks; those of the first token were not in the text.</summary>
internal sealed class MetaspaceDecoder(char mark, bool dropsFirst) : Decoder
{
    public override IReadOnlyList<string> Decode(IReadOnlyList<string> tokens) =>
        [.. tokens.Select((token, index) => index == 0 && dropsFirst ? token.Replace(mark.ToString(), "") : Surface(token))];

    public override string Surface(string token) => token.Replace(mark, ' ');
}
