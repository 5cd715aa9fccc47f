using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.Experiments;

/// <summary>Measures predictions with ML.NET's evaluators.</summary>
internal static class TrialEvaluation
{
    /// <summary>All metrics of the task; NaN for what the trainer's output has no basis for.</summary>
    public static IReadOnlyDictionary<ExperimentMetric, double> Measure(MLContext ml, IDataView scored, string label, bool binary) =>
        !binary ? Several(ml.MulticlassClassification.Evaluate(scored, label))
        : !HasProbability(scored.Schema) ? Two(ml.BinaryClassification.EvaluateNonCalibrated(scored, label), double.NaN)
        : Calibrated(ml.BinaryClassification.Evaluate(scored, label));

    /// <summary>Means over the folds.</summary>
    public static IReadOnlyDictionary<ExperimentMetric, double> Mean(IReadOnlyList<IReadOnlyDictionary<ExperimentMetric, double>> folds) =>
        folds[0].Keys.ToDictionary(metric => metric, metric => folds.Average(fold => fold[metric]));

    /// <summary>The standard deviation (n − 1) of a metric between folds; NaN for one.</summary>
    public static double StandardDeviation(IReadOnlyList<IReadOnlyDictionary<ExperimentMetric, double>> folds, ExperimentMetric metric)
    {
        var mean = folds.Average(fold => fold[metric]);
        return folds.Count < 2 ? double.NaN : Math.Sqrt(folds.Sum(fold => (fold[metric] - mean) * (fold[metric] - mean)) / (folds.Count - 1));
    }

    /// <summary>Whether a trainer wrote probabilities; a column of that name may also be the user's.</summary>
    private static bool HasProbability(DataViewSchema schema) =>
        schema.GetColumnOrNull("Probability")?.Annotations.Schema.GetColumnOrNull("ScoreColumnSetId") is not null;

    private static Dictionary<ExperimentMetric, double> Several(MulticlassClassificationMetrics metrics) => new()
    {
        [ExperimentMetric.MacroAccuracy] = metrics.MacroAccuracy,
        [ExperimentMetric.MicroAccuracy] = metrics.MicroAccuracy,
        [ExperimentMetric.MulticlassLogLoss] = metrics.LogLoss,
    };

    private static Dictionary<ExperimentMetric, double> Calibrated(CalibratedBinaryClassificationMetrics metrics) => Two(metrics, metrics.LogLoss);

    private static Dictionary<ExperimentMetric, double> Two(BinaryClassificationMetrics metrics, double logLoss) => new()
    {
        [ExperimentMetric.BinaryAccuracy] = metrics.Accuracy,
        [ExperimentMetric.AreaUnderRocCurve] = metrics.AreaUnderRocCurve,
        [ExperimentMetric.F1Score] = double.IsNaN(metrics.F1Score) ? 0 : metrics.F1Score,
        [ExperimentMetric.BinaryLogLoss] = logLoss,
    };
}
