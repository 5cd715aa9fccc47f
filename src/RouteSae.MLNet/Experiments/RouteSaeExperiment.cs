using System.Linq.Expressions;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using RouteSae.MLNet.Models;

namespace RouteSae.MLNet.Experiments;

/// <summary>
/// A sweep over the options of the feature column and a list of trainers, made by
/// <see cref="RouteSaeExperimentCatalog.RouteSaeExperiment"/>. All options with ML.NET's search-space attributes are varied; the language
/// model runs over the texts once for all trials that share it. Not thread-safe.
/// </summary>
public sealed class RouteSaeExperiment
{
    private readonly MLContext _ml;
    private readonly RouteSaeExperimentOptions _options;
    private readonly List<SearchDimension> _dimensions = [.. SearchDimensions.Read()];
    private readonly List<NamedTrainer> _own = [];
    private readonly Func<IHost, RouteSaeOptions, FeatureModel> _open;

    internal RouteSaeExperiment(MLContext ml, RouteSaeExperimentOptions options, Func<IHost, RouteSaeOptions, FeatureModel> open)
    {
        (_ml, _options, _open) = (ml, options, open);
    }

    /// <summary>Says which values of an option are tried, in place of those of its attribute. One value fixes the option.</summary>
    /// <param name="option">The option, such as <c>o => o.Pooling</c>; also one inside Training.</param>
    /// <param name="values">The values.</param>
    /// <typeparam name="T">The option's type.</typeparam>
    /// <returns>The same experiment.</returns>
    /// <exception cref="ArgumentException">The expression is not an option, or there is no value.</exception>
    public RouteSaeExperiment Vary<T>(Expression<Func<RouteSaeOptions, T>> option, params T[] values)
    {
        ArgumentNullException.ThrowIfNull(option);
        ArgumentNullException.ThrowIfNull(values);
        var path = OptionPath.Of(option);
        if (values.Length == 0)
        {
            throw new ArgumentException($"No value of {path.Name} is given. Name at least one.", nameof(values));
        }

        var narrowed = new ChoiceDimension(path, [.. values.Cast<object?>().DistinctBy(SearchDimension.Describe)]);
        var place = _dimensions.FindIndex(dimension => dimension.Path.Name == path.Name);
        if (place < 0)
        {
            _dimensions.Add(narrowed);
        }
        else
        {
            _dimensions[place] = narrowed;
        }

        return this;
    }

    /// <summary>Adds a trainer to the built-in ones.</summary>
    /// <param name="name">Its name in the results.</param>
    /// <param name="create">
    /// Makes it, given the trial's MLContext, the label column (a key, or a bool for a metric of two classes) and the feature column. A
    /// chain that does something with the features first is welcome. It is called once for every fit.
    /// </param>
    /// <returns>The same experiment.</returns>
    public RouteSaeExperiment WithTrainer(string name, Func<MLContext, string, string, IEstimator<ITransformer>> create)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(create);
        _own.Add(new NamedTrainer(name, create));
        return this;
    }

    /// <summary>What the time limit is measured with.</summary>
    internal TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>Runs the experiment with cross-validation, and fits the best trial on all rows.</summary>
    /// <param name="data">The labelled texts. They are kept in memory; rows without a label are left out.</param>
    /// <param name="progress">Told of every trial, and of texts that are encoded.</param>
    /// <param name="cancellationToken">Ends the trials. The best one so far is then fitted and given, if there is one.</param>
    /// <returns>The best model, and all trials.</returns>
    /// <exception cref="ArgumentException">Settings, columns, bundles or labels cannot be used; the message lists everything that is wrong.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before a trial succeeded.</exception>
    /// <exception cref="TimeoutException">The time was up before a trial succeeded.</exception>
    /// <exception cref="InvalidOperationException">All trials failed; the message has the first error.</exception>
    public RouteSaeExperimentResult Execute(IDataView data, IProgress<ExperimentProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Run(data, validation: null, progress, cancellationToken);
    }

    /// <summary>Runs the experiment with a validation set, and fits the best trial on all training rows.</summary>
    /// <param name="train">The labelled texts to fit on.</param>
    /// <param name="validation">Those to evaluate on, with the same columns; rows whose label does not occur in training are left out.</param>
    /// <param name="progress">Told of every trial, and of texts that are encoded.</param>
    /// <param name="cancellationToken">Ends the trials. The best one so far is then fitted and given, if there is one.</param>
    /// <returns>The best model, and all trials.</returns>
    /// <exception cref="ArgumentException">Settings, columns, bundles or labels cannot be used; the message lists everything that is wrong.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before a trial succeeded.</exception>
    /// <exception cref="TimeoutException">The time was up before a trial succeeded.</exception>
    /// <exception cref="InvalidOperationException">All trials failed; the message has the first error.</exception>
    public RouteSaeExperimentResult Execute(
        IDataView train, IDataView validation, IProgress<ExperimentProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validation);
        return Run(train, validation, progress, cancellationToken);
    }

    private RouteSaeExperimentResult Run(IDataView train, IDataView? validation, IProgress<ExperimentProgress>? progress, CancellationToken cancellationToken)
    {
        var host = ((IHostEnvironment)_ml).Register("RouteSaeExperiment");
        var seed = _options.Seed ?? host.Rand.Next();
        using var models = new SharedModels(host, _options.TextColumnName, _options.CacheMegabytes, _open);
        var plan = Plan(train, validation, seed, models);

        using var timeLimit = new CancellationTokenSource(_options.TimeLimit ?? Timeout.InfiniteTimeSpan, Clock);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeLimit.Token);
        var features = TrialColumns.FreeForFeatures(validation is null ? [train.Schema] : [train.Schema, validation.Schema], plan);
        var runner = new TrialRunner(_options, new ExperimentData(_ml, _options, train, validation, seed), models, features, seed);
        var run = new ExperimentRun(_options, plan, runner, progress);
        var end = Run(run, limited, cancellationToken);
        var best = run.Best ?? throw NothingSucceeded(run, end, cancellationToken);
        var model = runner.Refit(plan.Single(trial => trial.Number == best.Trial));
        return new RouteSaeExperimentResult(_ml, _options.Metric, best, model, run.Trials, end);
    }

    private static ExperimentEnd Run(ExperimentRun run, CancellationTokenSource limited, CancellationToken cancellationToken)
    {
        try
        {
            run.Run(limited);
            return ExperimentEnd.Completed;
        }
        catch (OperationCanceledException) when (limited.IsCancellationRequested)
        {
            return cancellationToken.IsCancellationRequested ? ExperimentEnd.Cancelled : ExperimentEnd.TimeLimit;
        }
    }

    private IReadOnlyList<NamedTrainer> Trainers()
    {
        var builtIn = BuiltInTrainers.Of(_options.Metric.IsBinary());
        return [.. _options.Trainers is { } names ? builtIn.Where(trainer => names.Contains(trainer.Name)) : builtIn, .. _own];
    }

    private IReadOnlyList<PlannedTrial> Plan(IDataView train, IDataView? validation, int seed, SharedModels models)
    {
        var trainers = Trainers();
        var check = new ExperimentCheck(_ml, _options).Settings(train, validation).Trainers(trainers).Dimensions(_dimensions);
        check.Throw();
        var plan = check.Plan(_dimensions, trainers, seed, models);
        check.Throw();
        return plan;
    }

    private Exception NothingSucceeded(ExperimentRun run, ExperimentEnd end, CancellationToken cancellationToken) => end switch
    {
        ExperimentEnd.Cancelled => new OperationCanceledException("The RouteSae experiment was cancelled before a trial succeeded.", cancellationToken),
        ExperimentEnd.TimeLimit => new TimeoutException($"The time limit of {_options.TimeLimit} was up before a trial succeeded. Allow more time, or start with fewer rows (Rounds)."),
        _ => new InvalidOperationException($"All {run.Trials.Count} trials failed. The first, with trainer '{run.Trials[0].Trainer}': {run.Trials[0].Error}"),
    };
}
