namespace RouteSae.MLNet.Experiments;

/// <summary>Settings of a <see cref="RouteSaeExperiment"/>. Checked all at once, before any work, by its Execute.</summary>
public sealed class RouteSaeExperimentOptions
{
    private const int MostDays = 40;

    /// <summary>The text column. Default: Text.</summary>
    public string TextColumnName { get; set; } = "Text";

    /// <summary>The label column: text, key, bool, or a number that names a class. Default: Label.</summary>
    public string LabelColumnName { get; set; } = "Label";

    /// <summary>The label of the positive class; needed for a metric of two classes when the label is text or a key, not allowed otherwise. Null is the default.</summary>
    public string? PositiveLabel { get; set; }

    /// <summary>What is chosen by, and with it the task. Default: <see cref="ExperimentMetric.MacroAccuracy"/>.</summary>
    public ExperimentMetric Metric { get; set; } = ExperimentMetric.MacroAccuracy;

    /// <summary>The options of the feature column: what is not varied, and where a random search starts. Default: the defaults.</summary>
    public RouteSaeOptions Features { get; set; } = new();

    /// <summary>Which of the built-in trainers are tried, by name; see <see cref="BuiltInTrainers"/>. Null, the default: all of the task. Empty: none, only one's own.</summary>
    public string[]? Trainers { get; set; }

    /// <summary>Which settings are tried. Default: <see cref="ExperimentSearch.Random"/>.</summary>
    public ExperimentSearch Search { get; set; } = ExperimentSearch.Random;

    /// <summary>The most trials, at least 1. Default: 32. A larger grid is refused rather than cut.</summary>
    public int MaxTrials { get; set; } = 32;

    /// <summary>How many values of a range a grid tries, at least 2. Default: 3.</summary>
    public int GridSteps { get; set; } = 3;

    /// <summary>
    /// Rounds of successive halving, 1 to 8. Default: 1, which tries everything on all rows. With R rounds, round r trains on 1 / Reduction^(R − r) of the
    /// rows, and one in Reduction of its trials goes on.
    /// </summary>
    public int Rounds { get; set; } = 1;

    /// <summary>How strongly a round thins out, at least 2. Default: 3.</summary>
    public int Reduction { get; set; } = 3;

    /// <summary>Folds of the cross-validation, at least 2. Default: 5. Not used with a validation set.</summary>
    public int Folds { get; set; } = 5;

    /// <summary>How long trials may take, above 0 and at most 40 days. Null, the default: no limit. The trial under way is broken off; the best model's fit on all rows comes on top.</summary>
    public TimeSpan? TimeLimit { get; set; }

    /// <summary>
    /// How many megabytes of codes (about 300 bytes a token) are kept for all networks of the trials together, 0 to 65,536, in place of
    /// <see cref="RouteSaeOptions.CacheMegabytes"/>. Default: 4096. They are freed with their network, when no trial needs it any more. For texts that do not fit, the network runs again in every trial.
    /// </summary>
    public int CacheMegabytes { get; set; } = 4096;

    /// <summary>Seed of draws, folds and trainers. Null, the default: drawn from the MLContext, so that its seed decides.</summary>
    public int? Seed { get; set; }

    internal IEnumerable<string> Problems()
    {
        if (string.IsNullOrWhiteSpace(TextColumnName))
        {
            yield return "TextColumnName is empty. Name the text column.";
        }

        if (string.IsNullOrWhiteSpace(LabelColumnName))
        {
            yield return "LabelColumnName is empty. Name the label column.";
        }

        if (!Enum.IsDefined(Metric))
        {
            yield return $"Metric is {(int)Metric}. Choose one of {string.Join(", ", Enum.GetNames<ExperimentMetric>())}.";
        }

        if (!Enum.IsDefined(Search))
        {
            yield return $"Search is {(int)Search}. Choose one of {string.Join(", ", Enum.GetNames<ExperimentSearch>())}.";
        }

        if (MaxTrials < 1)
        {
            yield return $"MaxTrials is {MaxTrials}. It must be at least 1.";
        }

        if (GridSteps < 2)
        {
            yield return $"GridSteps is {GridSteps}. It must be at least 2.";
        }

        if (Rounds is < 1 or > 8)
        {
            yield return $"Rounds is {Rounds}. It must be 1 to 8.";
        }

        if (Reduction < 2)
        {
            yield return $"Reduction is {Reduction}. It must be at least 2.";
        }

        if (Folds < 2)
        {
            yield return $"Folds is {Folds}. It must be at least 2.";
        }

        if (TimeLimit <= TimeSpan.Zero || TimeLimit?.TotalDays > MostDays)
        {
            yield return $"TimeLimit is {TimeLimit}. It must be above 0 and at most {MostDays} days, or null for none.";
        }

        if (CacheMegabytes is < 0 or > 65_536)
        {
            yield return $"CacheMegabytes is {CacheMegabytes}. It must be 0 to 65536.";
        }
    }
}
