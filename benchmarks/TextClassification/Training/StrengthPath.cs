namespace RouteSae.ClassificationBenchmark;

/// <summary>Classifiers of validation parts with one scaling, at one strength after another: each begins where the one before ended.</summary>
internal sealed class StrengthPath
{
    private readonly FeatureScaling _scaling;
    private readonly IReadOnlyList<Fold> _parts;
    private readonly int[] _labels;
    private readonly SparseRows[] _rows;
    private readonly MaximumEntropyModel[] _models;
    private readonly Dictionary<int, double> _losses = [];

    public StrengthPath(Func<Fold, SparseRows> features, IReadOnlyList<Fold> parts, FeatureScaling scaling, int[] labels, int classes)
    {
        (_scaling, _parts, _labels) = (scaling, parts, labels);
        _rows = [.. parts.Select(part => ScaledRows.Of(features(part), scaling, part.Train).Rows)];
        _models = [.. _rows.Select(rows => new MaximumEntropyModel(rows.Columns, classes))];
    }

    /// <summary>The least log-loss so far.</summary>
    public double Least => _losses.Values.Min();

    /// <summary>Trains at a strength and notes the log-loss.</summary>
    /// <param name="place">Its place in <see cref="ModelChoice.Strengths"/>.</param>
    public void Try(int place)
    {
        for (var part = 0; part < _models.Length; part++)
        {
            var loss = new MaximumEntropyLoss(_rows[part], _parts[part].Train, _labels, ModelChoice.Strengths[place]);
            _models[part] = MaximumEntropyTrainer.Train(loss, _models[part], MaximumEntropyTrainer.Loose);
        }
        _losses[place] = _parts.Select((part, number) => LogLossOf(_models[number], _rows[number], part.Test)).Sum() / _parts.Sum(part => part.Test.Length);
    }

    /// <summary>Tries the neighbours of the best strength until both are worse than it, or it is the last.</summary>
    public ModelChoice Descend()
    {
        while (true)
        {
            var best = _losses.MinBy(pair => pair.Value).Key;
            var next = new[] { best + 1, best - 1 }.Where(place => place >= 0 && place < ModelChoice.Strengths.Length && !_losses.ContainsKey(place)).ToArray();
            if (next.Length == 0)
                return new ModelChoice(_scaling, ModelChoice.Strengths[best], _losses[best]);
            Try(next[0]);
        }
    }

    private double LogLossOf(MaximumEntropyModel model, SparseRows rows, int[] test)
    {
        var sum = 0.0;
        Span<float> probabilities = stackalloc float[model.Stride];
        foreach (var row in test)
        {
            model.Predict(rows, row, probabilities);
            sum -= Math.Log(Math.Max(probabilities[_labels[row]], Scores.SmallestProbability));
        }
        return sum;
    }
}
