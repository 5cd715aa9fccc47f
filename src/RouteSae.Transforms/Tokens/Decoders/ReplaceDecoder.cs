using System.Text;
using RouteSae.Tokens.Patterns;

namespace RouteSae.Tokens.Decoders;

/// <summary>"Replace": writes other characters for every match of a pattern in a token.</summary>
internal sealed class ReplaceDecoder(SplitPattern pattern, string content) : Decoder
{
    public override IReadOnlyList<string> Decode(IReadOnlyList<string> tokens)
    {
        var size = tokens.Sum(token => (long)token.Length);
        var budget = new TextBudget((int)Math.Min(size, int.MaxValue));
        var replaced = new List<string>(tokens.Count);
        var written = 0L;
        foreach (var token in tokens)
        {
            replaced.Add(Replace(token, budget));
            written += replaced[^1].Length;
            DecodedText.ThrowIfTooLong(size, written);
        }

        return replaced;
    }

    public override string Surface(string token) => Replace(token, new TextBudget(token.Length));

    private string Replace(string token, TextBudget budget)
    {
        var matches = new List<CharacterSpan>();
        pattern.Find(token, matches, budget);
        DecodedText.ThrowIfTooLong(token.Length, token.Length + ((long)matches.Count * content.Length));
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
