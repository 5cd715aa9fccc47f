using System.Globalization;
using System.Text;

namespace RouteSae.ClassificationBenchmark;

/// <summary>What the validation parts chose, over sets and seeds, with all training rows and all features.</summary>
internal sealed class ChoiceTable(IReadOnlyList<SetResults> results)
{
    public void AppendTo(StringBuilder text)
    {
        text.AppendLine("### What was chosen").AppendLine()
            .AppendLine(CultureInfo.InvariantCulture, $"| | {string.Join(" | ", Enum.GetNames<FeatureScaling>())} | λ, scaled: median (smallest–largest) | λ with None, features as they are | active features a text | seconds |")
            .AppendLine(CultureInfo.InvariantCulture, $"|---|{string.Concat(Enum.GetNames<FeatureScaling>().Select(_ => "--:|"))}--:|--:|--:|--:|");
        foreach (var method in All.Select(row => row.Method).Distinct().ToArray())
            text.AppendLine(CultureInfo.InvariantCulture, $"| {method} | {string.Join(" | ", Cells([.. All.Where(row => row.Method == method)]))} |");
        text.AppendLine();
    }

    private IEnumerable<ResultRow> All => results.SelectMany(set => set.Rows).Where(row => row.Setting == Setting.Full.Name && row.K is null && row.L2 is not null);

    private static IEnumerable<string> Cells(ResultRow[] rows)
    {
        foreach (var scaling in Enum.GetValues<FeatureScaling>())
            yield return rows.Count(row => row.Scaling == scaling).ToString(CultureInfo.InvariantCulture);
        yield return Spread([.. rows.Select(row => row.L2!.Value)]);
        yield return Spread([.. rows.Where(row => row.Scaling == FeatureScaling.None).Select(row => row.L2Unscaled!.Value)]);
        yield return rows.Average(row => row.ActiveFeatures).ToString("F0", CultureInfo.InvariantCulture);
        yield return rows.Average(row => row.Seconds).ToString("F1", CultureInfo.InvariantCulture);
    }

    private static string Spread(double[] values) => values.Length == 0 ? "–" : string.Create(
        CultureInfo.InvariantCulture, $"{values.Order().ElementAt(values.Length / 2):G2} ({values.Min():G2}–{values.Max():G2})");
}
