using Microsoft.ML;
using RouteSae.Files;

namespace RouteSae.MLNet.Experiments;

/// <summary>What an experiment found. Disposing frees the network of <see cref="BestModel"/>; the trials and the table stay.</summary>
public sealed class RouteSaeExperimentResult : IDisposable
{
    private readonly MLContext _ml;
    private readonly ResultTable _table;

    internal RouteSaeExperimentResult(
        MLContext ml, ExperimentMetric metric, ExperimentTrial best, ITransformer bestModel, IReadOnlyList<ExperimentTrial> trials, ExperimentEnd end)
    {
        _ml = ml;
        _table = new ResultTable(metric, trials);
        (Best, BestModel, Trials, End) = (best, bestModel, trials, end);
    }

    /// <summary>The best trial of the last round.</summary>
    public ExperimentTrial Best { get; }

    /// <summary>The options of the best trial's feature column, to make it again with.</summary>
    public RouteSaeOptions BestOptions => Best.Options;

    /// <summary>The name of the best trial's trainer.</summary>
    public string BestTrainer => Best.Trainer;

    /// <summary>
    /// The best trial, fitted on all training rows: label (where it had to be prepared), features, trainer, and PredictedLabel as the label
    /// was. Saved and loaded as any model; holds the network until this result is disposed. The feature column is called Features, or
    /// RouteSaeFeatures where the data has one of that name.
    /// </summary>
    public ITransformer BestModel { get; }

    /// <summary>All trials in the order in which they ran, a trial once for every round.</summary>
    public IReadOnlyList<ExperimentTrial> Trials { get; }

    /// <summary>Why it ended.</summary>
    public ExperimentEnd End { get; }

    /// <summary>
    /// The trials as a table: Trial, Round, Rows, Trainer, a text column for each varied option, a column for each metric of the task,
    /// StandardDeviation, Seconds, Error. Numbers that are not there are NaN.
    /// </summary>
    /// <returns>The table.</returns>
    public IDataView ToDataView() => _table.ToDataView(_ml);

    /// <summary>Writes the table as CSV (RFC 4180, UTF-8, full stops in numbers; empty where a number is not there). An old file is replaced when the new one is complete.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    public void SaveCsv(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        AtomicFile.WriteText(path, _table.ToCsv());
    }

    /// <summary>Frees the network that the best model holds, where nobody else does. The model stays usable: its next use loads the network again.</summary>
    public void Dispose() => (BestModel as IDisposable)?.Dispose();
}
