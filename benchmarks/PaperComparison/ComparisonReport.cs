using System.Globalization;
using System.Text;

namespace RouteSae.PaperComparison;

/// <summary>The results as Markdown: a table for each number of active latents, and the routing.</summary>
internal sealed class ComparisonReport(IReadOnlyList<RunResult> results)
{
    private const string None = "–";

    public string Markdown()
    {
        var text = new StringBuilder();
        foreach (var active in results.Select(result => result.ActiveLatents).Distinct())
            AppendTable(text, active);
        AppendRouting(text);
        return text.ToString();
    }

    private IReadOnlyList<RunResult> Of(string architecture, int active) =>
        [.. results.Where(result => result.Architecture == architecture && result.ActiveLatents == active)];

    private void AppendTable(StringBuilder text, int active)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"### K = {active}").AppendLine()
            .AppendLine("| | L0 | normalised MSE | KL a token | loss recovered (zeros) | (mean) | latents that never fired | interpretable, threshold 15 | one activation a token | the same, any number of token classes |")
            .AppendLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var architecture in results.Where(result => result.ActiveLatents == active).Select(result => result.Architecture).Distinct())
            text.AppendLine(CultureInfo.InvariantCulture, $"| {architecture} | {string.Join(" | ", Cells(Of(architecture, active)))} |");
        text.AppendLine();
    }

    private static IEnumerable<string> Cells(IReadOnlyList<RunResult> seeds)
    {
        yield return Cell(seeds, result => result.MeanActiveLatents, "F1");
        yield return Cell(seeds, result => result.NormalizedMse, "F4");
        yield return Cell(seeds, result => result.Downstream?.KlPerToken, "F3");
        yield return Cell(seeds, result => result.Downstream?.LossRecoveredFromZero, "F3");
        yield return Cell(seeds, result => result.Downstream?.LossRecoveredFromMean, "F3");
        yield return Cell(seeds, result => result.DeadFraction, "P1");
        yield return Cell(seeds, result => result.AtPaperThreshold.Count, "F0");
        yield return Cell(seeds, result => result.AtOneActivationAToken.Count, "F0");
        yield return Cell(seeds, result => result.AtOneActivationAToken.CountOnAnyTokens, "F0");
    }

    private static string Cell(IReadOnlyList<RunResult> seeds, Func<RunResult, double?> value, string format) =>
        Spread.Of(seeds.Select(value))?.Shown(format) ?? None;

    private void AppendRouting(StringBuilder text)
    {
        var routed = results.Where(result => result.RoutingShare is not null).ToArray();
        if (routed.Length == 0)
            return;
        text.AppendLine("### Routing").AppendLine()
            .AppendLine("Each hidden state's part in the tokens, in ascending order, and the mean of p*, the router's largest probability.").AppendLine()
            .AppendLine("| | K | seed | share | mean p* |")
            .AppendLine("|---|--:|--:|---|--:|");
        foreach (var result in routed)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {result.Architecture} | {result.ActiveLatents} | {result.Seed} | {string.Join(" ", result.RoutingShare!.Select(share => share.ToString("F2", CultureInfo.InvariantCulture)))} | {result.ChosenProbability:F3} |");
        text.AppendLine();
    }
}
