namespace RouteSae.Interpretation;

/// <summary>
/// Labels tokens by what a causal model has read of the word they stand in: of <c>" Ol"</c>, <c>"ymp"</c>, <c>"ics"</c> the labels
/// are <c>" Ol"</c>, <c>" Olymp"</c>, <c>" Olympics"</c>. Names of latents made of labels read better than those made of tokens.
/// </summary>
public static class WordPrefixes
{
    private const int MaxLength = 24;

    /// <summary>The labels of a text's tokens, in order.</summary>
    /// <param name="tokens">The tokens' readable forms (<see cref="Tokens.TextTokenizer.TokenText"/>).</param>
    public static IReadOnlyList<string> Of(IEnumerable<string> tokens)
    {
        var labels = new List<string>();
        var previous = "";
        foreach (var token in tokens)
        {
            previous = Continues(previous, token) ? Last(previous + token) : token;
            labels.Add(previous);
        }

        return labels;
    }

    private static bool Continues(string previous, string token) =>
        previous.Length > 0 && token.Length > 0 && char.IsLetterOrDigit(previous[^1]) && char.IsLetterOrDigit(token[0]);

    private static string Last(string label) => label.Length <= MaxLength ? label : label[^MaxLength..];
}
