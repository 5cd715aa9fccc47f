using Microsoft.ML;
using RouteSae.Files;
using RouteSae.Hub;
using RouteSae.MLNet.DataViews;

namespace RouteSae.MLNet.Experiments;

/// <summary>Finds everything that is wrong with an experiment before any work is done.</summary>
internal sealed class ExperimentCheck(MLContext ml, RouteSaeExperimentOptions options)
{
    private const int MostTrialProblems = 5;

    private readonly List<string> _problems = [];
    private readonly HashSet<string> _missing = []; // bundles

    /// <summary>Checks the settings and the columns.</summary>
    public ExperimentCheck Settings(IDataView train, IDataView? validation)
    {
        _problems.AddRange(options.Problems());
        _problems.AddRange(TrialColumns.Problems(options));
        _problems.AddRange(options.Features is null
            ? ["Features is null. Leave the defaults, or give options for the feature column."]
            : Problems(options.Features).Select(problem => $"Features: {problem}"));
        var hasLabel = Columns(train, "The training data");
        if (validation is not null && Columns(validation, "The validation set") && hasLabel && new LabelColumn(ml, options).Mismatch(train.Schema, validation.Schema) is { } mismatch)
        {
            _problems.Add(mismatch);
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

    /// <summary>Checks that the options are there which are to be varied.</summary>
    public ExperimentCheck Dimensions(IEnumerable<SearchDimension> dimensions)
    {
        _problems.AddRange(dimensions
            .Where(dimension => options.Features is not null && !dimension.Path.Exists(options.Features))
            .Select(dimension => $"{dimension.Path.Name} is to be varied, but {dimension.Path.Parent} is null in Features. Set it there."));
        return this;
    }

    /// <summary>Plans the trials, and checks their options and bundles.</summary>
    public IReadOnlyList<PlannedTrial> Plan(IReadOnlyList<SearchDimension> dimensions, IReadOnlyList<NamedTrainer> trainers, int seed, SharedModels models)
    {
        var start = options.Features.Copy();
        start.Seed ??= seed;
        var plan = new TrialPlan(start, dimensions, trainers, trial => Latents(trial, models));
        if (options.Search == ExperimentSearch.Random)
        {
            return Checked(plan.Random(options.MaxTrials, seed));
        }

        var trials = plan.Grid(options.GridSteps).Take(options.MaxTrials + 1).ToArray();
        if (trials.Length <= options.MaxTrials)
        {
            return Checked(trials);
        }

        _problems.Add($"The grid has {plan.GridSize(options.GridSteps)} combinations, and more than MaxTrials ({options.MaxTrials}) of them differ. Narrow it with Vary or Trainers, raise MaxTrials, or search at random.");
        return [];
    }

    /// <summary>Throws when there is something wrong.</summary>
    /// <exception cref="ArgumentException">The message lists everything.</exception>
    public void Throw()
    {
        if (_problems.Count > 0)
        {
            throw new ArgumentException(
                $"The RouteSae experiment cannot run:{string.Concat(_problems.Select(problem => $"{Environment.NewLine}- {problem}"))}");
        }
    }

    private IReadOnlyList<PlannedTrial> Checked(IReadOnlyList<PlannedTrial> trials)
    {
        _problems.AddRange(trials.SelectMany(trial => Problems(trial.Options).Select(problem =>
            $"Trial {trial.Number} ({string.Join(", ", trial.Settings.Select(setting => $"{setting.Key} = {setting.Value}"))}): {problem}")).Take(MostTrialProblems));
        return trials;
    }

    private IEnumerable<string> Problems(RouteSaeOptions features) =>
        RouteSaeOptionsProblems.Of(features).Concat(TrialColumns.Problems(features, options.LabelColumnName));

    /// <summary>M of a trial; null where its options or its bundle cannot be used, which is then among the problems.</summary>
    private int? Latents(RouteSaeOptions trial, SharedModels models)
    {
        if (_missing.Contains(trial.Model ?? "") || RouteSaeOptionsProblems.Of(trial).Any())
        {
            return null;
        }

        try
        {
            var manifest = models.Manifest(trial);
            return trial.Training?.Latents ?? manifest.Latents;
        }
        catch (Exception exception) when (exception is BundleFormatException or LanguageModelNotFoundException or IOException)
        {
            _missing.Add(trial.Model ?? "");
            _problems.Add(exception.Message);
            return null;
        }
    }

    /// <summary>Whether the label can be used.</summary>
    private bool Columns(IDataView data, string which)
    {
        if (!string.IsNullOrWhiteSpace(options.TextColumnName))
        {
            Text(data, which);
        }

        if (string.IsNullOrWhiteSpace(options.LabelColumnName))
        {
            return false;
        }

        var problem = new LabelColumn(ml, options).Problem(data.Schema);
        if (problem is not null)
        {
            _problems.Add($"{which}: {problem}");
        }

        return problem is null;
    }

    private void Text(IDataView data, string which)
    {
        try
        {
            InputColumn.Find(data.Schema, options.TextColumnName);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            _problems.Add($"{which}: {exception.Message}");
        }
    }
}
