using System.Globalization;
using System.Text;

namespace RouteSae.ClassificationBenchmark;

/// <summary>The results as Markdown: how the sets were evaluated, a table for each setting and score, verdicts, curves, and what was chosen.</summary>
internal sealed class ClassificationReport(IReadOnlyList<SetResults> results)
{
    private static readonly Measure[] Measures = [Measure.Accuracy, Measure.MacroF1, Measure.LogLoss];

    public string Markdown()
    {
        var text = new StringBuilder();
        AppendSets(text);
        foreach (var setting in results.SelectMany(set => set.Rows).Select(row => row.Setting).Distinct().ToArray())
        {
            foreach (var measure in setting == Setting.Full.Name ? Measures : [Measure.Accuracy, Measure.LogLoss])
                AppendScores(text, setting, measure);
        }
        new VerdictTable(results).AppendTo(text);
        new CurveTable(results).AppendTo(text);
        new ChoiceTable(results).AppendTo(text);
        return text.ToString();
    }

    private void AppendSets(StringBuilder text)
    {
        text.AppendLine("### Sets").AppendLine().AppendLine("| set | classes | evaluation | seeds |").AppendLine("|---|--:|---|---|");
        foreach (var set in results)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {set.Set.Name} | {set.Set.Classes.Count} | {set.Set.Note} | {Seeds(set)} |");
        text.AppendLine();
    }

    /// <summary>For example <c>5 (8 methods); 1 (36 methods)</c>, the most seeds first.</summary>
    private static string Seeds(SetResults set)
    {
        var seeds = set.Rows.Where(row => row.K is null && row.Setting == Setting.Full.Name).GroupBy(row => row.Method).GroupBy(method => method.Count()).OrderByDescending(group => group.Key);
        return string.Join("; ", seeds.Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Key} ({group.Count()} methods)")));
    }

    private void AppendScores(StringBuilder text, string setting, Measure measure)
    {
        var shown = results.Where(set => set.Rows.Any(row => row.Setting == setting)).ToArray();
        text.AppendLine(CultureInfo.InvariantCulture, $"### {char.ToUpperInvariant(measure.Name[0])}{measure.Name[1..]}, {setting}").AppendLine()
            .AppendLine(CultureInfo.InvariantCulture, $"| | {string.Join(" | ", shown.Select(set => set.Set.Name))} |")
            .AppendLine(CultureInfo.InvariantCulture, $"|---|{string.Concat(shown.Select(_ => "--:|"))}");
        foreach (var method in shown.SelectMany(set => set.Rows).Where(row => row.Setting == setting).Select(row => row.Method).Distinct().ToArray())
            text.AppendLine(CultureInfo.InvariantCulture, $"| {method} | {string.Join(" | ", shown.Select(set => Cell(set, setting, method, measure)))} |");
        text.AppendLine();
    }

    private static string Cell(SetResults set, string setting, string method, Measure measure)
    {
        var rows = set.Seeds(setting, method, k: null);
        if (rows.Count == 0)
            return "–";
        var mean = rows.Average(measure.OfRow).ToString("F3", CultureInfo.InvariantCulture);
        return set.Against(setting, method, MethodNames.FeaturizeText, measure) switch
        {
            1 => $"{mean} ▲",
            -1 => $"{mean} ▽",
            _ => mean,
        };
    }
}
