namespace RouteSae.MLNet.Experiments;

/// <summary>
/// Shuffles the rows of each class once, and from that cuts folds and fractions in which the classes have the shares that they have
/// in the whole. A smaller fraction is part of a larger one, and a row stays in its fold. Rows without a label are left out.
/// </summary>
internal sealed class StratifiedRows
{
    private readonly int _folds;
    private readonly int[] _fold; // of each row; -1 without a label
    private readonly double[] _place; // of each row in its class: 0 to 1

    public StratifiedRows(int[] classes, int folds, int seed)
    {
        _folds = folds;
        _fold = new int[classes.Length];
        _place = new double[classes.Length];
        Array.Fill(_fold, -1);
        var random = new Random(seed);
        var next = 0;
        foreach (var ofClass in Enumerable.Range(0, classes.Length).Where(row => classes[row] > 0).GroupBy(row => classes[row]).OrderBy(group => group.Key))
        {
            int[] rows = [.. ofClass];
            random.Shuffle(rows);
            for (var i = 0; i < rows.Length; i++)
            {
                _fold[rows[i]] = next++ % folds;
                // The first row of every fold is there in every fraction.
                _place[rows[i]] = i < folds ? 0 : (double)i / rows.Length;
            }
        }
    }

    /// <summary>The rows of a fraction, 0 to 1, for which a condition on their fold holds.</summary>
    public bool[] Select(double fraction, Func<int, bool> fold) =>
        [.. _fold.Select((of, row) => of >= 0 && _place[row] < fraction && fold(of))];

    /// <summary>For each fold: the rows to train on and those held out.</summary>
    public IEnumerable<(bool[] Train, bool[] Test)> Folds(double fraction) =>
        Enumerable.Range(0, _folds).Select(held => (Select(fraction, fold => fold != held), Select(fraction, fold => fold == held)));
}
