using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.MLNet.DataViews;
using RouteSae.Storage;

namespace RouteSae.MLNet.Experiments;

/// <summary>Finds everything that is wrong with an experiment before any work is done.</summary>
internal sealed class ExperimentCheck(MLContext ml, RouteSaeExperimentOptions options)
{
    private readonly List<string> _problems = [];

    /// <summary>Checks the settings and the columns.</summary>
    public ExperimentCheck Settings(IDataView train, IDataView? validation)
    {
        _problems.AddRange(options.Problems());
        _problems.AddRange(Of(options.Features.Validate));
        Columns(train, "The training data");
        if (validation is not null)
        {
            Columns(validation, "The validation set");
        }

        return this;
    }

    /// <summary>Checks the trainers' names.</summary>
    public ExperimentCheck Trainers(IReadOnlyList<NamedTrainer> trainers)
    {
        var known = BuiltInTrainers.Of(options.Metric.IsBinary());
        foreach (var name in (options.Trainers ?? []).Where(name => known.All(trainer => trainer.Name != name)))
        {
            _problems.Add($"There is no built-in trainer '{name}' for {options.Metric}. Choose among {string.Join(", ", known.Select(trainer => $"'{trainer.Name}'"))}, or add your own with WithTrainer.");
        }

        foreach (var twice in trainers.GroupBy(trainer => trainer.Name).Where(group => group.Count() > 1))
        {
            _problems.Add($"Trainer '{twice.Key}' is there {twice.Count()} times. Give each a name of its own.");
        }

        if (trainers.Count == 0 && options.Trainers is null or [])
        {
            _problems.Add("There are no trainers. Leave Trainers null for the built-in ones, or add your own with WithTrainer.");
        }

        return this;
    }

    /// <summary>Checks that every value of every dimension makes valid options.</summary>
    public ExperimentCheck Dimensions(IEnumerable<SearchDimension> dimensions)
    {
        foreach (var dimension in dimensions)
        {
            if (!dimension.Path.Exists(options.Features))
            {
                _problems.Add($"{dimension.Path.Name} is to be varied, but {dimension.Path.Parent} is null in Features. Set it there.");
            }
            else
            {
                Values(dimension);
            }
        }

        return this;
    }

    /// <summary>Checks a grid's size.</summary>
    public ExperimentCheck Size(long grid)
    {
        if (options.Search == ExperimentSearch.Grid && grid > options.MaxTrials)
        {
            _problems.Add($"The grid has {grid} trials, more than MaxTrials ({options.MaxTrials}). Narrow it with Vary or Trainers, raise MaxTrials, or search at random.");
        }

        return this;
    }

    /// <summary>Opens the bundles, all of them.</summary>
    public ExperimentCheck Models(IEnumerable<PlannedTrial> plan, SharedModels models)
    {
        foreach (var trial in plan.DistinctBy(trial => trial.Options.Model))
        {
            try
            {
                models.Open(trial.Options);
            }
            catch (Exception exception) when (exception is BundleFormatException or LanguageModelNotFoundException or IOException)
            {
                _problems.Add(exception.Message);
            }
        }

        return this;
    }

    /// <summary>Throws when there is something wrong.</summary>
    /// <exception cref="ArgumentException">The message lists everything.</exception>
    public void Throw()
    {
        if (_problems.Count > 0)
        {
            throw new ArgumentException(
                $"The RouteSae experiment cannot run:{string.Concat(_problems.Distinct().Select(problem => $"{Environment.NewLine}- {problem}"))}");
        }
    }

    private void Values(SearchDimension dimension)
    {
        foreach (var value in dimension.Grid(Math.Max(2, options.GridSteps)))
        {
            var tried = options.Features.Copy();
            _problems.AddRange(Of(() =>
            {
                dimension.Path.Set(tried, value);
                tried.Validate();
            }));
        }
    }

    private void Columns(IDataView data, string which)
    {
        _problems.AddRange(Of(() => InputColumn.Find(data.Schema, options.TextColumnName)).Select(problem => $"{which}: {problem}"));
        if (!string.IsNullOrWhiteSpace(options.LabelColumnName) && new LabelColumn(ml, options).Problem(data.Schema) is { } label)
        {
            _problems.Add($"{which}: {label}");
        }
    }

    private static IEnumerable<string> Of(Action check)
    {
        try
        {
            check();
            return [];
        }
        catch (ArgumentException exception)
        {
            return [exception.Message];
        }
    }
}
