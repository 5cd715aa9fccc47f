using System.Text;
using RouteSae.Tokens.Patterns;

namespace RouteSae.Tokens.Decoders;

/// <summary>"Replace": writes other characters for every match of a pattern in a token.</summary>
internal sealed class ReplaceDecoder(SplitPattern pattern, string content) : Decoder
{
    public override IReadOnlyList<string> Decode(IReadOnlyList<string> tokens) => [.. tokens.Select(Surface)];

    public override string Surface(string token)
    {
        var matches = new List<CharacterSpan>();
        pattern.Find(token, matches);
        if (matches.Count == 0)
        {
            return token;
        }

        var text = new StringBuilder();
        var position = 0;
        foreach (var match in matches)
        {
            text.Append(token, position, match.Start - position).Append(content);
            position = match.End;
        }

        return text.Append(token, position, token.Length - position).ToString();
    }
}
