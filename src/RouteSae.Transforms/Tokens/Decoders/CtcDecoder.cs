namespace RouteSae.Tokens.Decoders;

/// <summary>"CTC": of equal neighbours one, no padding, and a space for the mark between words.</summary>
internal sealed class CtcDecoder(string padding, string delimiter, bool cleanUp) : Decoder
{
    public override IReadOnlyList<string> Decode(IReadOnlyList<string> tokens) =>
        [.. tokens.Where((token, index) => index == 0 || token != tokens[index - 1]).Select(Surface).Where(text => text.Length > 0)];

    public override string Surface(string token)
    {
        var text = token.Replace(padding, "", StringComparison.Ordinal);
        return cleanUp ? EnglishCleanUp.Apply(text).Replace(delimiter, " ", StringComparison.Ordinal) : text;
    }
}
