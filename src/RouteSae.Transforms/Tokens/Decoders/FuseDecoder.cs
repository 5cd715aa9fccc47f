namespace RouteSae.Tokens.Decoders;

/// <summary>"Fuse": joins what there is into one text.</summary>
internal sealed class FuseDecoder : Decoder
{
    public override IReadOnlyList<string> Decode(IReadOnlyList<string> tokens) => [string.Concat(tokens)];

    public override string Surface(string token) => token;
}
