namespace RouteSae.Tokens.Decoders;

/// <summary>Decoders one after the other.</summary>
internal sealed class DecoderSequence(IReadOnlyList<Decoder> steps) : Decoder
{
    public override IReadOnlyList<string> Decode(IReadOnlyList<string> tokens) =>
        steps.Aggregate(tokens, (current, step) => step.Decode(current));

    public override string Surface(string token) =>
        steps.Aggregate(token, (current, step) => step.Surface(current));
}
