namespace RouteSae.MLNet.Experiments;

/// <summary>Combines trainers and options to trials, in an order that the seed decides, none of them twice.</summary>
/// <param name="start">The options that are not varied, and where a random search starts.</param>
/// <param name="dimensions">What is varied.</param>
/// <param name="trainers">The trainers.</param>
/// <param name="latents">M for options; null where that is not known.</param>
internal sealed class TrialPlan(
    RouteSaeOptions start, IReadOnlyList<SearchDimension> dimensions, IReadOnlyList<NamedTrainer> trainers, Func<RouteSaeOptions, int?> latents)
{
    /// <summary>After so many draws in a row that were there already, a small search space counts as exhausted.</summary>
    private const int MostRepetitions = 200;

    /// <summary>How many combinations a grid has, also those that come to the same; saturates.</summary>
    public long GridSize(int steps)
    {
        var size = (double)trainers.Count;
        foreach (var dimension in dimensions)
        {
            size *= dimension.Grid(steps).Count;
        }

        return size > long.MaxValue ? long.MaxValue : (long)size;
    }

    public IEnumerable<PlannedTrial> Grid(int steps)
    {
        IEnumerable<object?[]> combinations = [[]];
        foreach (var dimension in dimensions)
        {
            var values = dimension.Grid(steps);
            var heads = combinations;
            combinations = heads.SelectMany(head => values.Select(value => (object?[])[.. head, value]));
        }

        return combinations.SelectMany(values => trainers.Select(trainer => Plan(0, trainer, values)))
            .DistinctBy(Identity)
            .Select((trial, index) => trial with { Number = index + 1 });
    }

    public IReadOnlyList<PlannedTrial> Random(int count, int seed)
    {
        var random = new Random(seed);
        var plan = new List<PlannedTrial>();
        var known = new HashSet<string>();
        foreach (var trainer in trainers.Take(count))
        {
            Add([.. dimensions.Select(dimension => dimension.Start(start))], trainer);
        }

        for (var repetitions = 0; plan.Count < count && repetitions < MostRepetitions;)
        {
            var trainer = trainers[random.Next(trainers.Count)];
            repetitions = Add([.. dimensions.Select(dimension => dimension.Draw(random))], trainer) ? 0 : repetitions + 1;
        }

        return plan;

        bool Add(object?[] values, NamedTrainer trainer)
        {
            var trial = Plan(plan.Count + 1, trainer, values);
            var isNew = known.Add(Identity(trial));
            if (isNew)
            {
                plan.Add(trial);
            }

            return isNew;
        }
    }

    private static string Identity(PlannedTrial trial) => string.Join('\n', trial.Settings.Values.Prepend(trial.Trainer.Name));

    private PlannedTrial Plan(int number, NamedTrainer trainer, object?[] values)
    {
        var options = start.Copy();
        foreach (var (dimension, value) in dimensions.Zip(values))
        {
            dimension.Path.Set(options, value);
        }

        if (latents(options) <= options.TopFeatures)
        {
            options.TopFeatures = null; // as many as there are, or more, are all
        }

        var settings = dimensions.Select(dimension => (dimension.Path.Name, Value: SearchDimension.Describe(dimension.Path.Read(options))));
        return new PlannedTrial(number, trainer, options, settings.ToDictionary(setting => setting.Name, setting => setting.Value));
    }
}
