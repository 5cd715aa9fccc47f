using System.Text.Json;
using System.Text.Json.Nodes;
using RouteSae.Files;

namespace RouteSae.ClassificationBenchmark;

/// <summary>Writes results as an array of objects: what, how good, how long; then how it was chosen, and bootstrap intervals.</summary>
internal static class JsonResults
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(string path, IReadOnlyList<SetResults> results)
    {
        var rows = new JsonArray([.. results.SelectMany(set => set.Rows.Select(row => Row(set, row)))]);
        AtomicFile.WriteText(path, rows.ToJsonString(Indented) + "\n");
    }

    private static JsonNode Row(SetResults set, ResultRow row) => new JsonObject
    {
        ["set"] = row.Set,
        ["method"] = row.Method,
        ["k"] = row.K,
        ["seed"] = row.Seed,
        ["accuracy"] = row.Accuracy,
        ["macroF1"] = row.MacroF1,
        ["logLoss"] = row.LogLoss,
        ["seconds"] = row.Seconds,
        ["setting"] = row.Setting,
        ["evaluation"] = set.Set.Note,
        ["testRows"] = set.Labels.Length,
        ["scaling"] = row.Scaling?.ToString(),
        ["l2"] = row.L2,
        ["l2Unscaled"] = row.L2Unscaled,
        ["features"] = row.Features,
        ["activeFeatures"] = Math.Round(row.ActiveFeatures, 2),
        ["accuracyInterval"] = Pair(set.Interval(row, scores => scores.Accuracy)),
        ["macroF1Interval"] = Pair(set.Interval(row, scores => scores.MacroF1)),
        ["logLossInterval"] = Pair(set.Interval(row, scores => scores.LogLoss)),
        ["minusFeaturizeText"] = Difference(set, row, MethodNames.FeaturizeText),
        ["minusTfIdf"] = Difference(set, row, MethodNames.TfIdf),
    };

    /// <summary>The differences to a baseline of the same seed, and their intervals; null where the baseline was not run.</summary>
    private static JsonObject? Difference(SetResults set, ResultRow row, string baseline) =>
        set.ByKey.TryGetValue(row.Key with { Method = baseline, K = null }, out var other) && other != row
            ? new JsonObject
            {
                ["accuracy"] = row.Accuracy - other.Accuracy,
                ["accuracyInterval"] = Pair(set.Difference(row, other, scores => scores.Accuracy)),
                ["macroF1"] = row.MacroF1 - other.MacroF1,
                ["macroF1Interval"] = Pair(set.Difference(row, other, scores => scores.MacroF1)),
                ["logLoss"] = row.LogLoss - other.LogLoss,
                ["logLossInterval"] = Pair(set.Difference(row, other, scores => scores.LogLoss)),
            }
            : null;

    private static JsonArray Pair(Interval interval) => new(interval.Low, interval.High);
}
