using System.Text.Json.Serialization;

namespace TextClassification;

/// <summary>How good predictions are.</summary>
/// <param name="Accuracy">Share of texts with the right class.</param>
/// <param name="MacroF1">Mean over the classes of F1 = 2 · precision · recall / (precision + recall); 0 for a class never predicted.</param>
/// <param name="LogLoss">Mean of −ln p(right class), in nats.</param>
public sealed record Quality(
    [property: JsonPropertyName("accuracy")] double Accuracy,
    [property: JsonPropertyName("macroF1")] double MacroF1,
    [property: JsonPropertyName("logLoss")] double LogLoss)
{
    private const double SmallestProbability = 1e-15;

    /// <summary>Compares predictions with the labels that they carry.</summary>
    /// <param name="predictions">The predictions.</param>
    /// <param name="labels">The classes in the order of the scores.</param>
    public static Quality Of(IReadOnlyList<Prediction> predictions, IReadOnlyList<string> labels)
    {
        var known = labels.Select((label, index) => (label, index)).ToDictionary(pair => pair.label, pair => pair.index);
        var right = predictions.Count(p => p.PredictedLabel == p.Label);
        var loss = predictions.Sum(p => -Math.Log(Math.Max(SmallestProbability, known.TryGetValue(p.Label, out var i) ? p.Score[i] : 0)));
        var classes = predictions.Select(p => p.Label).Distinct().ToArray();
        return new Quality((double)right / predictions.Count, classes.Average(label => F1(predictions, label)), loss / predictions.Count);
    }

    private static double F1(IReadOnlyList<Prediction> predictions, string label)
    {
        var hits = predictions.Count(p => p.Label == label && p.PredictedLabel == label);
        var claimed = predictions.Count(p => p.PredictedLabel == label);
        var present = predictions.Count(p => p.Label == label);
        return hits == 0 ? 0 : 2.0 * hits / (claimed + present);
    }
}
