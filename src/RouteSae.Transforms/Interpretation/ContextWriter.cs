using RouteSae.Tokens;

namespace RouteSae.Interpretation;

/// <summary>Writes the sentence around a token, as the authors' program cuts it.</summary>
internal sealed class ContextWriter(TextTokenizer tokenizer, int maximumTokens)
{
    private const string EndOfText = "<|end_of_text|>";

    /// <summary>Looked for among tokens as the vocabulary writes them: a full stop within a longer token ends no sentence.</summary>
    private static readonly HashSet<string> s_sentenceEnds = [".", "!", "?", EndOfText, "\""];

    private static readonly HashSet<string> s_leftOut = [EndOfText, " ", ""];

    /// <summary>The text of a token's context.</summary>
    /// <param name="tokens">A sequence as the vocabulary writes it.</param>
    /// <param name="place">The token.</param>
    public string Write(ReadOnlySpan<string> tokens, int place)
    {
        var (start, end) = Sentence(tokens, place);
        if (end - start > maximumTokens)
        {
            var half = maximumTokens / 2;
            (start, end) = (Math.Max(start, place - half), Math.Min(end, place + half + 1));
        }
        while (start < place && s_leftOut.Contains(tokens[start]))
            start++;
        while (end - 1 > place && s_leftOut.Contains(tokens[end - 1]))
            end--;
        var context = tokens[start..end].ToArray();
        context[place - start] = $"<ACTIVATED>{tokens[place]}</ACTIVATED>";
        return ReferenceText.Strip(tokenizer.Join(context)).Trim('"');
    }

    private static (int Start, int End) Sentence(ReadOnlySpan<string> tokens, int place)
    {
        var (start, last) = (place, place);
        while (start > 0 && !s_sentenceEnds.Contains(tokens[start - 1]))
            start--;
        while (last < tokens.Length - 1 && !s_sentenceEnds.Contains(tokens[last]))
            last++;
        return (start, last + 1);
    }
}
