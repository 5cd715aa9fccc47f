namespace RouteSae.Tokens.Decoders;

/// <summary>"BPEDecoder": a space for the mark at the end of each word, but for the last token's.</summary>
internal sealed class BytePairDecoder(string suffix) : Decoder
{
    public override IReadOnlyList<string> Decode(IReadOnlyList<string> tokens) =>
        [.. tokens.Select((token, index) => Write(token, index == tokens.Count - 1 ? "" : " "))];

    public override string Surface(string token) => Write(token, " ");

    private string Write(string token, string end) =>
        suffix.Length == 0 ? token : token.Replace(suffix, end, StringComparison.Ordinal);
}
