using System.Diagnostics;

namespace RouteSae.ClassificationBenchmark;

/// <summary>Chooses, trains and predicts with one method on a set.</summary>
/// <param name="set">The set.</param>
/// <param name="setting">What becomes of the training rows.</param>
/// <param name="method">The method.</param>
internal sealed class Classification(LabeledSet set, Setting setting, Method method)
{
    /// <summary>The numbers of features of the k-sparse classifiers.</summary>
    public static readonly int[] Curve = [1, 2, 5, 10, 20, 50, 100];

    private readonly Dictionary<(int? K, ModelChoice Choice), (Trained Trained, double Seconds)> _known = [];

    /// <summary>The numbers of features that are tried: null, all of them, and the curve's where the method has one and the setting is the full one.</summary>
    public IReadOnlyList<int?> Counts => method.HasCurve && setting == Setting.Full ? [null, .. Curve.Select(count => (int?)count)] : [null];

    /// <summary>Runs a seed.</summary>
    /// <param name="seed">The seed of samples, noise, validation parts, folds and random networks.</param>
    public IEnumerable<ResultRow> Run(int seed)
    {
        var folds = set.Folds(seed);
        var source = method == Method.Majority ? null : method.Source(seed);
        var all = folds.Select(fold => new FoldRun(set, setting, fold, seed)).ToArray();
        foreach (var count in Counts)
        {
            var parts = all.Select(run => source is null ? (run.Majority(), 0.0) : RunFold(run, source, count)).ToArray();
            yield return Row(seed, count, folds, [.. parts.Select(part => part.Item1)], parts.Sum(part => part.Item2));
        }
    }

    private (Trained Trained, double Seconds) RunFold(FoldRun run, FeatureSource source, int? count)
    {
        run.Learn(source, method.HasCurve);
        var clock = Stopwatch.StartNew();
        var choice = run.Choose(count, method.Scalings);
        var chosen = clock.Elapsed.TotalSeconds;
        // Seeds that choose alike train alike where nothing else is random.
        var shared = !set.IsCrossValidated && setting == Setting.Full && !method.IsSeeded;
        lock (_known)
        {
            if (shared && _known.TryGetValue((count, choice with { LogLoss = 0 }), out var known))
                return known with { Seconds = chosen + known.Seconds };
        }
        clock.Restart();
        var trained = run.Train(count, choice);
        lock (_known)
            _known[(count, choice with { LogLoss = 0 })] = (trained, clock.Elapsed.TotalSeconds);
        return (trained, chosen + clock.Elapsed.TotalSeconds);
    }

    private ResultRow Row(int seed, int? count, IReadOnlyList<Fold> folds, IReadOnlyList<Trained> trained, double seconds)
    {
        var tested = folds.SelectMany(fold => fold.Test).ToArray();
        var predictions = new Predictions([.. trained.SelectMany(part => part.Predictions.Classes)], [.. trained.SelectMany(part => part.Predictions.Losses)]);
        var order = tested.Select((row, place) => (row, place)).OrderBy(pair => pair.row).Select(pair => pair.place).ToArray();
        var sorted = new Predictions([.. order.Select(place => predictions.Classes[place])], [.. order.Select(place => predictions.Losses[place])]);
        var labels = order.Select(place => set.Labels[tested[place]]).ToArray();
        var scores = Scores.Of(sorted, labels, set.Classes.Count, [.. Enumerable.Range(0, labels.Length)]);
        return new ResultRow
        {
            Set = set.Name,
            Method = method.Name,
            K = count,
            Seed = seed,
            Accuracy = scores.Accuracy,
            MacroF1 = scores.MacroF1,
            LogLoss = scores.LogLoss,
            Seconds = Math.Round(seconds, 3),
            Setting = setting.Name,
            Scaling = trained[0].Choice?.Scaling,
            L2 = trained[0].Choice?.L2,
            L2Unscaled = trained[0].L2Unscaled,
            Features = trained[0].Features,
            ActiveFeatures = trained.Average(part => part.ActiveFeatures),
            Predicted = sorted.Classes,
            Losses = sorted.Losses,
        };
    }
}
