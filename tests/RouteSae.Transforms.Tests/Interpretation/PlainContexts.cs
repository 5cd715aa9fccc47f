using RouteSae.Interpretation;
using RouteSae.Tests.Features;

namespace RouteSae.Tests.Interpretation;

/// <summary>The paper's rule, written down as plainly as can be: everything is kept, then sorted and cut.</summary>
internal static class PlainContexts
{
    private static readonly string[] s_ends = [".", "!", "?", "<|end_of_text|>", "\""];

    public static List<LatentContexts> Of(IEnumerable<RandomCodes> batches, FeatureContextOptions options)
    {
        var all = batches.SelectMany(batch => batch.Codes.Where(code => code.Value > options.Threshold).Select(code => (Code: code, Tokens: Sequence(batch, code), Place: Place(batch, code))));
        return
        [
            .. all.GroupBy(item => item.Code.Latent).OrderBy(latent => latent.Key)
                .Select(latent => new LatentContexts(latent.Key,
                [
                    .. latent.GroupBy(item => item.Tokens[item.Place].Trim().ToLowerInvariant()).OrderBy(tokens => tokens.Key, StringComparer.Ordinal)
                        .Select(tokens => new TokenClassContexts(tokens.Key, Strongest(tokens.Select(item => new FeatureContext(Text(item.Tokens, item.Place, options.MaximumTokens), item.Code.Value)), options))),
                ]))
                .Where(latent => latent.TokenClasses.Count <= options.MaximumTokenClasses && latent.TokenClasses.Sum(tokens => tokens.Contexts.Count) >= options.MinimumContexts),
        ];
    }

    private static FeatureContext[] Strongest(IEnumerable<FeatureContext> contexts, FeatureContextOptions options) =>
    [
        .. contexts.OrderByDescending(context => context.Activation).ThenByDescending(context => context.Text, StringComparer.Ordinal)
            .Take(options.ContextsPerToken)
            .OrderByDescending(context => context.Activation).ThenBy(context => context.Text, StringComparer.Ordinal),
    ];

    private static string[] Sequence(RandomCodes batch, RandomCode code) =>
        [.. batch.Ids[code.Row].Where((_, column) => batch.Real[code.Row][column]).Select(RandomCodes.Token)];

    private static int Place(RandomCodes batch, RandomCode code) => batch.Real[code.Row].Take(code.Column).Count(real => real);

    private static string Text(string[] tokens, int place, int maximumTokens)
    {
        var start = Array.FindLastIndex(tokens, Math.Max(0, place - 1), place, s_ends.Contains) + 1;
        var end = Array.FindIndex(tokens, place, s_ends.Contains);
        var sentence = Enumerable.Range(start, (end < 0 ? tokens.Length : end + 1) - start).ToArray();
        var window = sentence.Length <= maximumTokens ? sentence : sentence.Where(index => Math.Abs(index - place) <= maximumTokens / 2);
        var text = string.Concat(window
            .SkipWhile(index => index != place && tokens[index] == "<|end_of_text|>")
            .Reverse().SkipWhile(index => index != place && tokens[index] == "<|end_of_text|>").Reverse()
            .Select(index => index == place ? $"<ACTIVATED>{tokens[index]}</ACTIVATED>" : tokens[index]));
        return text.Replace('Ġ', ' ').Trim().Trim('"');
    }
}
