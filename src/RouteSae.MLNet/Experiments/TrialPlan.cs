namespace RouteSae.MLNet.Experiments;

/// <summary>Combines trainers and options to trials, in an order that the seed decides.</summary>
internal sealed class TrialPlan(RouteSaeOptions start, IReadOnlyList<SearchDimension> dimensions, IReadOnlyList<NamedTrainer> trainers)
{
    /// <summary>After so many draws in a row that were there already, a small search space counts as exhausted.</summary>
    private const int MostRepetitions = 200;

    /// <summary>How many trials a grid has; saturates.</summary>
    public long GridSize(int steps)
    {
        var size = (double)trainers.Count;
        foreach (var dimension in dimensions)
        {
            size *= dimension.Grid(steps).Count;
        }

        return size > long.MaxValue ? long.MaxValue : (long)size;
    }

    public IReadOnlyList<PlannedTrial> Grid(int steps)
    {
        IEnumerable<object?[]> combinations = [[]];
        foreach (var dimension in dimensions)
        {
            var values = dimension.Grid(steps);
            combinations = [.. combinations.SelectMany(head => values.Select(value => (object?[])[.. head, value]))];
        }

        return [.. combinations.SelectMany(values => trainers.Select(trainer => (trainer, values)))
            .Select((trial, index) => Plan(index + 1, trial.trainer, trial.values))];
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
            var isNew = known.Add(string.Join('\n', trial.Settings.Values.Prepend(trainer.Name)));
            if (isNew)
            {
                plan.Add(trial);
            }

            return isNew;
        }
    }

    private PlannedTrial Plan(int number, NamedTrainer trainer, object?[] values)
    {
        var options = start.Copy();
        foreach (var (dimension, value) in dimensions.Zip(values))
        {
            dimension.Path.Set(options, value);
        }

        var settings = dimensions.Select(dimension => (dimension.Path.Name, Value: SearchDimension.Describe(dimension.Path.Read(options))));
        return new PlannedTrial(number, trainer, options, settings.ToDictionary(setting => setting.Name, setting => setting.Value));
    }
}
