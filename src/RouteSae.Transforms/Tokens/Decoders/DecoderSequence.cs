namespace RouteSae.Tokens.Decoders;

/// <summary>Decoders one after the other.</summary>
internal sealed class DecoderSequence(IReadOnlyList<Decoder> steps) : Decoder
{
    public override IReadOnlyList<string> Decode(IReadOnlyList<string> tokens) =>
        steps.Aggregate(tokens, (current, step) => Checked(Size(tokens), step.Decode(current)));

    public override string Surface(string token) =>
        steps.Aggregate(token, (current, step) => Checked(token.Length, [step.Surface(current)])[0]);

    private static IReadOnlyList<string> Checked(long before, IReadOnlyList<string> tokens)
    {
        DecodedText.ThrowIfTooLong(before, Size(tokens));
        return tokens;
    }

    private static long Size(IReadOnlyList<string> tokens) => tokens.Sum(token => (long)token.Length);
}
