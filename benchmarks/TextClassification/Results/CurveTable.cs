using System.Globalization;
using System.Text;

namespace RouteSae.ClassificationBenchmark;

/// <summary>Accuracy with the k best features alone.</summary>
internal sealed class CurveTable(IReadOnlyList<SetResults> results)
{
    public void AppendTo(StringBuilder text)
    {
        text.AppendLine("### Accuracy with k features").AppendLine()
            .AppendLine(CultureInfo.InvariantCulture, $"| | | {string.Join(" | ", Classification.Curve)} | all | features in all |")
            .AppendLine(CultureInfo.InvariantCulture, $"|---|---|{string.Concat(Classification.Curve.Select(_ => "--:|"))}--:|--:|");
        foreach (var set in results)
        {
            foreach (var method in set.Rows.Where(row => row.K is not null).Select(row => row.Method).Distinct().ToArray())
                text.AppendLine(CultureInfo.InvariantCulture, $"| {set.Set.Name} | {method} | {string.Join(" | ", Cells(set, method))} |");
        }
        text.AppendLine();
    }

    private static IEnumerable<string> Cells(SetResults set, string method)
    {
        foreach (var k in Classification.Curve.Select(k => (int?)k).Append(null))
        {
            var rows = set.Seeds(Setting.Full.Name, method, k);
            yield return rows.Count == 0 ? "–" : rows.Average(row => row.Accuracy).ToString("F3", CultureInfo.InvariantCulture);
        }
        yield return set.Seeds(Setting.Full.Name, method, null) is { Count: > 0 } all ? all.Average(row => row.Features).ToString("N0", CultureInfo.InvariantCulture) : "–";
    }
}
