namespace RouteSae.ClassificationBenchmark;

/// <summary>One fold of a set in one setting: the rows to learn from, their labels, and the parts of them on which choices are made.</summary>
internal sealed class FoldRun
{
    private readonly LabeledSet _set;
    private readonly Fold _fold;
    private readonly int[] _train;
    private readonly int[] _labels;
    private readonly IReadOnlyList<Fold> _parts;
    private readonly Dictionary<Fold, SparseRows> _best = [];
    private readonly Dictionary<Fold, int[]> _ranked = [];
    private SparseRows? _rows;

    public FoldRun(LabeledSet set, Setting setting, Fold fold, int seed)
    {
        (_set, _fold) = (set, fold);
        _train = setting.Train(fold.Train, set.Labels, seed);
        _labels = setting.Labels(_train, set.Labels, set.Classes.Count, seed);
        var parts = ModelChoice.Parts(_train, _labels, seed);
        _parts = set.IsCrossValidated ? [parts[0]] : parts; // many folds as it is
    }

    private int Classes => _set.Classes.Count;

    /// <summary>Makes the features; ranks them on the training rows of each part where only the best are wanted.</summary>
    public void Learn(FeatureSource source, bool rank)
    {
        if (_rows is not null)
            return;
        _rows = source.Learn(_train);
        foreach (var part in rank ? [.. _parts, Whole] : Array.Empty<Fold>())
        {
            var best = FeatureRanking.Best(_rows, part.Train, _labels, Classes, Classification.Curve[^1]);
            var kept = best.Order().ToList();
            (_ranked[part], _best[part]) = ([.. best.Select(column => kept.BinarySearch(column))], _rows.Keep(best));
        }
    }

    /// <summary>Chooses scaling and λ on the validation parts.</summary>
    public ModelChoice Choose(int? count, IReadOnlyList<FeatureScaling> scalings) =>
        ModelChoice.Choose(part => Features(part, count), _parts, scalings, _labels, Classes);

    /// <summary>Trains on all training rows and predicts the test rows.</summary>
    public Trained Train(int? count, ModelChoice choice)
    {
        var scaled = ScaledRows.Of(Features(Whole, count), choice.Scaling, _train);
        var start = new MaximumEntropyModel(scaled.Rows.Columns, Classes);
        var model = MaximumEntropyTrainer.Train(new MaximumEntropyLoss(scaled.Rows, _train, _labels, choice.L2), start, MaximumEntropyTrainer.Tight);
        var probabilities = new float[model.Stride];
        var (classes, losses) = (new int[_fold.Test.Length], new float[_fold.Test.Length]);
        for (var place = 0; place < classes.Length; place++)
        {
            model.Predict(scaled.Rows, _fold.Test[place], probabilities);
            classes[place] = probabilities.AsSpan(0, Classes).IndexOf(probabilities.Max());
            losses[place] = LossOf(probabilities[_set.Labels[_fold.Test[place]]]);
        }
        return new Trained(new Predictions(classes, losses), choice, choice.L2 * scaled.Divisor * scaled.Divisor, scaled.Rows.Columns, scaled.Rows.MeanActive(_fold.Test));
    }

    /// <summary>Predicts each class by its share of the training rows, as if each class had one row more.</summary>
    public Trained Majority()
    {
        var shares = Enumerable.Range(0, Classes).Select(label => (_train.Count(row => _labels[row] == label) + 1f) / (_train.Length + Classes)).ToArray();
        var largest = Array.IndexOf(shares, shares.Max());
        return new Trained(
            new Predictions([.. _fold.Test.Select(_ => largest)], [.. _fold.Test.Select(row => LossOf(shares[_set.Labels[row]]))]), null, null, 0, 0);
    }

    private Fold Whole => field ??= new Fold(_train, _fold.Test);

    private SparseRows Features(Fold part, int? count) =>
        count is { } number ? _best[part].Keep([.. _ranked[part].Take(number)]) : _rows!;

    private static float LossOf(float probability) => (float)-Math.Log(Math.Max(probability, Scores.SmallestProbability));
}
