using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.MLNet;

namespace RouteSae.ClassificationBenchmark;

/// <summary>Measures what RouteSAE features and ML.NET's text features cost, in processor seconds of all threads: other work on the machine disturbs them less than time by the clock.</summary>
internal static class SpeedMeasurement
{
    /// <summary>A table for the sets, in Markdown.</summary>
    public static string Markdown(IReadOnlyList<LabeledSet> sets, string? bundle)
    {
        var text = new StringBuilder()
            .AppendLine("### Cost").AppendLine()
            .AppendLine("| set | features | fitting, s | texts/s | values/s | saved model, MB |")
            .AppendLine("|---|---|--:|--:|--:|--:|");
        foreach (var row in sets.SelectMany(set => Measure(set, bundle)))
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Set} | {row.Features} | {row.FitSeconds:F2} | {row.TextsPerSecond:N0} | {row.ValuesPerSecond:N0} | {row.Megabytes:F1} |");
        return text.ToString();
    }

    private static IEnumerable<SpeedRow> Measure(LabeledSet set, string? bundle)
    {
        var ml = new MLContext(seed: 1);
        yield return Measure(ml, set, MethodNames.FeaturizeText, ml.Transforms.Text.FeaturizeText("Features", "Text"));
        yield return Measure(ml, set, MethodNames.TfIdf, ml.Transforms.Text.FeaturizeText("Features", MlNetText.WordsAndCharacters, "Text"));
        yield return Measure(ml, set, MethodNames.RouteSae, ml.Transforms.RouteSae("Features", "Text", new RouteSaeOptions { Model = bundle }));
    }

    private static SpeedRow Measure(MLContext ml, LabeledSet set, string name, IEstimator<ITransformer> estimator)
    {
        var fold = set.Folds(seed: 1)[0];
        var (train, test) = (Rows(ml, set, fold.Train), Rows(ml, set, fold.Test));
        var begun = Processor;
        var model = estimator.Fit(train);
        var fitted = Processor - begun;
        Count(model.Transform(Rows(ml, set, [.. fold.Test.Take(8)]))); // loads networks, compiles
        begun = Processor;
        var values = Count(model.Transform(test));
        var seconds = Math.Max(1e-3, Processor - begun);
        using var saved = new MemoryStream();
        ml.Model.Save(model, train.Schema, saved);
        (model as IDisposable)?.Dispose();
        return new SpeedRow(set.Name, name, fitted, fold.Test.Length / seconds, values / seconds, saved.Length / 1e6);
    }

    private static double Processor => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    private static IDataView Rows(MLContext ml, LabeledSet set, int[] rows) => ml.Data.LoadFromEnumerable(rows.Select(row => new TextRow { Text = set.Texts[row] }));

    private static long Count(IDataView data)
    {
        using var cursor = data.GetRowCursor([data.Schema["Features"]]);
        var getter = cursor.GetGetter<VBuffer<float>>(data.Schema["Features"]);
        VBuffer<float> value = default;
        long count = 0;
        while (cursor.MoveNext())
        {
            getter(ref value);
            foreach (var item in value.GetValues())
                count += item != 0 ? 1 : 0;
        }
        return count;
    }

    private sealed class TextRow
    {
        public string Text { get; set; } = "";
    }
}
