using System.Globalization;
using System.Text;

namespace RouteSae.ClassificationBenchmark;

/// <summary>On how many sets each method surely wins, ties and surely loses against the baselines, with all training rows.</summary>
internal sealed class VerdictTable(IReadOnlyList<SetResults> results)
{
    private static readonly (string Baseline, Measure Measure)[] Columns =
    [
        (MethodNames.FeaturizeText, Measure.Accuracy), (MethodNames.FeaturizeText, Measure.LogLoss),
        (MethodNames.TfIdf, Measure.Accuracy), (MethodNames.TfIdf, Measure.LogLoss),
    ];

    public void AppendTo(StringBuilder text)
    {
        text.AppendLine("### Wins, ties, losses").AppendLine()
            .AppendLine(CultureInfo.InvariantCulture, $"| | {string.Join(" | ", Columns.Select(column => $"{column.Measure.Name} against {column.Baseline}"))} |")
            .AppendLine(CultureInfo.InvariantCulture, $"|---|{string.Concat(Columns.Select(_ => "--:|"))}");
        foreach (var method in results.SelectMany(set => set.Rows).Where(row => row.Setting == Setting.Full.Name).Select(row => row.Method).Distinct().ToArray())
            text.AppendLine(CultureInfo.InvariantCulture, $"| {method} | {string.Join(" | ", Columns.Select(column => Cell(method, column.Baseline, column.Measure)))} |");
        text.AppendLine();
    }

    private string Cell(string method, string baseline, Measure measure)
    {
        if (method == baseline)
            return "";
        var verdicts = results.Select(set => set.Against(Setting.Full.Name, method, baseline, measure)).OfType<int>().ToArray();
        return $"{verdicts.Count(verdict => verdict > 0)}–{verdicts.Count(verdict => verdict == 0)}–{verdicts.Count(verdict => verdict < 0)}";
    }
}
