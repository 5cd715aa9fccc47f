namespace RouteSae.ClassificationBenchmark;

/// <summary>How good predictions are.</summary>
/// <param name="Accuracy">Share of the rows with the right class.</param>
/// <param name="MacroF1">Mean of F1 = 2 · precision · recall / (precision + recall) over the classes that the rows have; 0 for one never predicted.</param>
/// <param name="LogLoss">Mean of −ln p(right class), in nats.</param>
internal readonly record struct Scores(double Accuracy, double MacroF1, double LogLoss)
{
    /// <summary>A smaller probability counts as this one.</summary>
    public const double SmallestProbability = 1e-15;

    /// <summary>Scores some rows, each as often as it is named.</summary>
    /// <param name="predictions">Predictions of all rows.</param>
    /// <param name="labels">Their classes.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="rows">Places in both.</param>
    public static Scores Of(Predictions predictions, int[] labels, int classes, ReadOnlySpan<int> rows)
    {
        Span<int> hits = stackalloc int[classes], claimed = stackalloc int[classes], present = stackalloc int[classes];
        var (right, loss) = (0, 0.0);
        foreach (var row in rows)
        {
            var (predicted, label) = (predictions.Classes[row], labels[row]);
            claimed[predicted]++;
            present[label]++;
            loss += predictions.Losses[row];
            if (predicted != label)
                continue;
            hits[label]++;
            right++;
        }
        return new Scores((double)right / rows.Length, MeanF1(hits, claimed, present), loss / rows.Length);
    }

    private static double MeanF1(ReadOnlySpan<int> hits, ReadOnlySpan<int> claimed, ReadOnlySpan<int> present)
    {
        var (sum, classes) = (0.0, 0);
        for (var label = 0; label < hits.Length; label++)
        {
            if (present[label] == 0)
                continue;
            classes++;
            sum += hits[label] == 0 ? 0 : 2.0 * hits[label] / (claimed[label] + present[label]);
        }
        return sum / classes;
    }
}
