namespace RouteSae.MLNet.Experiments;

/// <summary>Several classes or two, and the metrics of each.</summary>
internal static class ExperimentTask
{
    private static readonly ExperimentMetric[] OfSeveral = [ExperimentMetric.MacroAccuracy, ExperimentMetric.MicroAccuracy, ExperimentMetric.MulticlassLogLoss];

    private static readonly ExperimentMetric[] OfTwo =
        [ExperimentMetric.BinaryAccuracy, ExperimentMetric.AreaUnderRocCurve, ExperimentMetric.F1Score, ExperimentMetric.BinaryLogLoss];

    public static bool IsBinary(this ExperimentMetric metric) => OfTwo.Contains(metric);

    /// <summary>All metrics of the same task.</summary>
    public static IReadOnlyList<ExperimentMetric> Siblings(this ExperimentMetric metric) => metric.IsBinary() ? OfTwo : OfSeveral;

    /// <summary>The metric such that larger is better.</summary>
    public static double Rank(this ExperimentMetric metric, double value) =>
        metric is ExperimentMetric.MulticlassLogLoss or ExperimentMetric.BinaryLogLoss ? -value : value;
}
