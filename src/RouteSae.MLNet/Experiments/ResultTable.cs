using System.Globalization;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.Experiments;

/// <summary>Trials as a table of text: CSV, and through ML.NET's own loader a data view.</summary>
internal sealed class ResultTable(ExperimentMetric metric, IReadOnlyList<ExperimentTrial> trials)
{
    private readonly string[] _settings = [.. trials.SelectMany(trial => trial.Settings.Keys).Distinct()];

    public string ToCsv()
    {
        var csv = new StringBuilder();
        csv.Append(Line(Columns().Select(column => column.Name)));
        foreach (var trial in trials)
        {
            csv.Append(Line(Fields(trial)));
        }

        return csv.ToString();
    }

    public IDataView ToDataView(MLContext ml)
    {
        var columns = Columns().Select((column, index) => new TextLoader.Column(column.Name, column.Kind, index));
        var loader = ml.Data.CreateTextLoader(new TextLoader.Options
        {
            Columns = [.. columns],
            Separators = [','],
            HasHeader = true,
            AllowQuoting = true,
            MissingRealsAsNaNs = true,
        });
        return loader.Load(new TextInMemory(ToCsv()));
    }

    private IEnumerable<(string Name, DataKind Kind)> Columns() =>
    [
        ("Trial", DataKind.Int32),
        ("Round", DataKind.Int32),
        ("Rows", DataKind.Int32),
        ("Trainer", DataKind.String),
        .. _settings.Select(name => (name, DataKind.String)),
        .. metric.Siblings().Select(sibling => (sibling.ToString(), DataKind.Double)),
        ("StandardDeviation", DataKind.Double),
        ("Seconds", DataKind.Double),
        ("Error", DataKind.String),
    ];

    private IEnumerable<string> Fields(ExperimentTrial trial) =>
    [
        Text(trial.Trial),
        Text(trial.Round),
        Text(trial.Rows),
        trial.Trainer,
        .. _settings.Select(name => trial.Settings.GetValueOrDefault(name, "")),
        .. metric.Siblings().Select(sibling => Text(trial.Metrics.GetValueOrDefault(sibling, double.NaN))),
        Text(trial.StandardDeviation),
        Text(trial.Seconds),
        trial.Error?.ReplaceLineEndings(" ") ?? "",
    ];

    private static string Text(double value) => double.IsNaN(value) ? "" : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Line(IEnumerable<string> fields) => string.Join(',', fields.Select(Quoted)) + "\r\n";

    private static string Quoted(string field) =>
        field.AsSpan().ContainsAny(",\"\r\n ") ? $"\"{field.Replace("\"", "\"\"")}\"" : field;
}
