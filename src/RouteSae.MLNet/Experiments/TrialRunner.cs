using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.MLNet.Interop;
using RouteSae.MLNet.Models;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Experiments;

/// <summary>Runs single trials. Each has an MLContext of its own with the experiment's seed, so that no trial depends on those before it.</summary>
internal sealed class TrialRunner(RouteSaeExperimentOptions options, ExperimentData data, SharedModels models, string features, int seed)
{
    private readonly HashSet<(FeatureModel Model, double Fraction)> _encoded = [];

    /// <summary>Names the network of a trial.</summary>
    public string Network(PlannedTrial trial) => models.Network(trial.Options);

    /// <summary>Gives up all networks but those of these trials.</summary>
    public void KeepOnly(IEnumerable<PlannedTrial> trials)
    {
        models.KeepOnly(trials.Select(Network).ToHashSet());
        _encoded.RemoveWhere(encoded => !models.Holds(encoded.Model));
    }

    /// <summary>Fits and evaluates on every split of a fraction of the rows. What fails is told in the result.</summary>
    /// <param name="trial">What to do.</param>
    /// <param name="round">The round, from 1.</param>
    /// <param name="fraction">The share of the training rows that it uses.</param>
    /// <param name="encoded">Called now and then with the number of texts that were encoded ahead.</param>
    /// <param name="cancellationToken">Breaks off; the trainer at work is told to stop.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ExperimentTrial Run(PlannedTrial trial, int round, double fraction, Action<long> encoded, CancellationToken cancellationToken)
    {
        var clock = new Stopwatch();
        var result = new ExperimentTrial
        {
            Trial = trial.Number,
            Round = round,
            Rows = data.Count(fraction),
            Trainer = trial.Trainer.Name,
            Options = trial.Options.Copy(),
            Settings = trial.Settings,
        };
        try
        {
            Encode(trial, fraction, encoded, cancellationToken);
            clock.Start();
            result = Measure(trial, result, fraction, cancellationToken);
        }
        catch (Exception exception)
        {
            // A trainer that was told to stop throws whatever it likes.
            cancellationToken.ThrowIfCancellationRequested();
            result = result with { Error = exception.Message };
        }

        return result with { Seconds = clock.Elapsed.TotalSeconds };
    }

    /// <summary>Fits a trial on all rows.</summary>
    public ITransformer Refit(PlannedTrial trial)
    {
        var ml = new MLContext(seed);
        var rows = data.All;
        var column = FitFeatures(ml, trial, rows, CancellationToken.None);
        try
        {
            var trainer = FitTrainer(ml, trial, column, rows);
            var names = Names(ml, trainer.Transform(column.Transform(rows)));
            return new TransformerChain<ITransformer>([.. data.Label is { } label ? [label] : Array.Empty<ITransformer>(), column.WithoutCache(), trainer, .. names]);
        }
        catch
        {
            column.Dispose();
            throw;
        }
    }

    /// <summary>The step from a predicted key to the label that it stands for, where there is one.</summary>
    private static ITransformer[] Names(MLContext ml, IDataView scored) =>
        scored.Schema.GetColumnOrNull("PredictedLabel") is { Type: KeyDataViewType } key && key.Annotations.Schema.GetColumnOrNull("KeyValues") is not null
            ? [ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored)]
            : [];

    /// <summary>Runs the network over all rows that the trial needs, where no trial before it has.</summary>
    private void Encode(PlannedTrial trial, double fraction, Action<long> encoded, CancellationToken cancellationToken)
    {
        var model = models.Model(trial.Options, data.All, cancellationToken);
        if (model.Cache is not null && !_encoded.Contains((model, fraction)))
        {
            models.Encode(model, trial.Options, data.Views(fraction), encoded, cancellationToken);
            _encoded.Add((model, fraction));
        }
    }

    private ExperimentTrial Measure(PlannedTrial trial, ExperimentTrial result, double fraction, CancellationToken cancellationToken)
    {
        var folds = new List<IReadOnlyDictionary<ExperimentMetric, double>>();
        foreach (var split in data.Splits(fraction))
        {
            folds.Add(Measure(trial, split, cancellationToken));

            // A trainer that was told to stop may also give what it has until then.
            cancellationToken.ThrowIfCancellationRequested();
        }

        var metrics = TrialEvaluation.Mean(folds);
        var metric = metrics[options.Metric];
        return result with
        {
            Metrics = metrics,
            Metric = metric,
            StandardDeviation = TrialEvaluation.StandardDeviation(folds, options.Metric),
            Error = double.IsFinite(metric) ? null : $"{options.Metric} is {metric}: what trainer '{trial.Trainer.Name}' predicts gives no basis for it. Choose by another metric, or leave the trainer out.",
        };
    }

    private IReadOnlyDictionary<ExperimentMetric, double> Measure(PlannedTrial trial, ExperimentSplit split, CancellationToken cancellationToken)
    {
        var ml = new MLContext(seed);
        using var registration = cancellationToken.Register(() => MlNetInterop.CancelExecution(ml));
        using var column = FitFeatures(ml, trial, split.Train, cancellationToken);
        var trainer = FitTrainer(ml, trial, column, split.Train);
        using var disposable = trainer as IDisposable;
        return TrialEvaluation.Measure(ml, trainer.Transform(column.Transform(split.Test)), options.LabelColumnName, options.Metric.IsBinary());
    }

    private RouteSaeTransformer FitFeatures(MLContext ml, PlannedTrial trial, IDataView rows, CancellationToken cancellationToken) =>
        models.Estimator(ml, features, trial.Options, models.Model(trial.Options, data.All, cancellationToken)).Fit(rows);

    private ITransformer FitTrainer(MLContext ml, PlannedTrial trial, RouteSaeTransformer column, IDataView rows) =>
        trial.Trainer.Create(ml, options.LabelColumnName, features).Fit(ml.Data.Cache(column.Transform(rows)));
}
