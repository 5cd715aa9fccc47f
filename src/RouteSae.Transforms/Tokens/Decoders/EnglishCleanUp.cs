namespace RouteSae.Tokens.Decoders;

/// <summary>Takes out the spaces before marks and contractions that splitting English into words put in.</summary>
internal static class EnglishCleanUp
{
    private static readonly (string Found, string Written)[] Rules =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
        (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    public static string Apply(string text) =>
        Rules.Aggregate(text, (current, rule) => current.Replace(rule.Found, rule.Written, StringComparison.Ordinal));
}
