namespace RouteSae.ClassificationBenchmark;

/// <summary>The results on a set, and draws of its test rows on which methods are compared.</summary>
internal sealed class SetResults
{
    private readonly Lazy<Bootstrap> _bootstrap;
    private readonly Dictionary<ResultKey, Scores[]> _drawn = [];

    public SetResults(LabeledSet set, IReadOnlyList<ResultRow> rows)
    {
        (Set, Rows) = (set, rows);
        Labels = [.. set.Folds(seed: 1).SelectMany(fold => fold.Test).Order().Select(row => set.Labels[row])];
        ByKey = rows.ToDictionary(row => row.Key);
        _bootstrap = new Lazy<Bootstrap>(() => new Bootstrap(Labels.Length, seed: 1));
    }

    public LabeledSet Set { get; }

    public IReadOnlyList<ResultRow> Rows { get; }

    public IReadOnlyDictionary<ResultKey, ResultRow> ByKey { get; }

    /// <summary>The classes of the test rows.</summary>
    public int[] Labels { get; }

    /// <summary>The results of a method's seeds; k null: with all features.</summary>
    public IReadOnlyList<ResultRow> Seeds(string setting, string method, int? k) =>
        [.. Rows.Where(row => row.Setting == setting && row.Method == method && row.K == k).OrderBy(row => row.Seed)];

    /// <summary>The verdict on the difference to a baseline (<see cref="Measure.Verdict"/>), of means over the seeds that both have; null where there is none.</summary>
    public int? Against(string setting, string method, string baseline, Measure measure)
    {
        var others = Seeds(setting, baseline, k: null).ToDictionary(row => row.Seed);
        var rows = Seeds(setting, method, k: null).Where(row => others.ContainsKey(row.Seed)).ToArray();
        return rows.Length == 0 ? null : measure.Verdict(Difference(rows, [.. rows.Select(row => others[row.Seed])], measure.Of));
    }

    /// <summary>The scores of a result on each draw of test rows.</summary>
    public Scores[] Drawn(ResultRow row)
    {
        if (!_drawn.TryGetValue(row.Key, out var scores))
            _drawn[row.Key] = scores = _bootstrap.Value.ScoresOf(row.Predictions, Labels, Set.Classes.Count);
        return scores;
    }

    /// <summary>The middle 95 % of a score over the draws.</summary>
    public Interval Interval(ResultRow row, Func<Scores, double> score) => ClassificationBenchmark.Interval.Of([.. Drawn(row).Select(score)]);

    /// <summary>The middle 95 % of the difference of two results on the same draws.</summary>
    public Interval Difference(ResultRow row, ResultRow baseline, Func<Scores, double> score) => Difference([row], [baseline], score);

    /// <summary>The same of means over seeds.</summary>
    public Interval Difference(IReadOnlyList<ResultRow> rows, IReadOnlyList<ResultRow> baselines, Func<Scores, double> score)
    {
        var (these, those) = (Means(rows, score), Means(baselines, score));
        return ClassificationBenchmark.Interval.Of([.. these.Zip(those, (left, right) => left - right)]);
    }

    private double[] Means(IReadOnlyList<ResultRow> rows, Func<Scores, double> score)
    {
        var drawn = rows.Select(Drawn).ToArray();
        return [.. Enumerable.Range(0, Bootstrap.Resamples).Select(draw => drawn.Average(scores => score(scores[draw])))];
    }
}
