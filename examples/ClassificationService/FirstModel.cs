using Microsoft.ML;
using Microsoft.ML.Data;

namespace ClassificationService;

/// <summary>Trains a classifier of support tickets when there is no model yet.</summary>
internal static class FirstModel
{
    private static readonly string Data = Path.Combine(AppContext.BaseDirectory, "data", "tickets.train.tsv");

    public static void Ensure(string path, ILogger logger)
    {
        if (File.Exists(path))
            return;
        logger.LogInformation("There is no model at {Path}. Training one on {Data}; this takes some seconds, once.", path, Data);
        var ml = new MLContext(seed: 1);
        var rows = ml.Data.LoadFromTextFile<Ticket>(Data, hasHeader: true, allowQuoting: false);
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Class", "Label")
            .Append(ml.Transforms.RouteSae("Features", "Text"))
            .Append(ml.Transforms.NormalizeLpNorm("Features"))
            .AppendCacheCheckpoint(ml)
            .Append(ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy("Class", l1Regularization: 0, l2Regularization: 0.03f))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        using var model = pipeline.Fit(rows);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        ml.Model.SaveAtomically(model, rows.Schema, path);
        logger.LogInformation("Saved {Path}.", path);
    }

    private sealed class Ticket
    {
        [LoadColumn(0)]
        public string Label { get; set; } = "";

        [LoadColumn(1)]
        public string Text { get; set; } = "";
    }
}
