namespace RouteSae.Tokens.Decoders;

/// <summary>"Strip": cuts up to so many of a character off the start and the end of each part.</summary>
internal sealed class StripDecoder(char content, int start, int stop) : Decoder
{
    public override IReadOnlyList<string> Decode(IReadOnlyList<string> tokens) => [.. tokens.Select(Cut)];

    // The first token of a text loses its space here, but " Olympics" reads better than "Olympics".
    public override string Surface(string token) => token;

    private string Cut(string token)
    {
        var first = 0;
        while (first < token.Length && first < start && token[first] == content)
        {
            first++;
        }

        var end = token.Length;
        while (end > first && token.Length - end < stop && token[end - 1] == content)
        {
            end--;
        }

        return token[first..end];
    }
}
