namespace RouteSae.ClassificationBenchmark;

/// <summary>Scaled features.</summary>
/// <param name="Rows">The features.</param>
/// <param name="Divisor">The number by which all were divided in the end. L2 = λ on these rows is L2 = λ · Divisor² on the rows before this division.</param>
internal sealed record ScaledRows(SparseRows Rows, double Divisor)
{
    /// <summary>Scales features by what is measured on training rows. Dense features are centred first.</summary>
    public static ScaledRows Of(SparseRows rows, FeatureScaling scaling, IReadOnlyList<int> train)
    {
        var scaled = scaling == FeatureScaling.UnitRows ? UnitRows(rows) : rows;
        if (scaled.IsDense || scaling == FeatureScaling.UnitColumns)
            scaled = ByColumns(scaled, scaling, train);
        var divisor = Math.Sqrt(scaled.MeanSquaredLength(train));
        return divisor > 0 ? new ScaledRows(scaled.Map((_, value) => (float)(value / divisor)), divisor) : new ScaledRows(scaled, 1);
    }

    private static SparseRows UnitRows(SparseRows rows)
    {
        var values = rows.Values.ToArray();
        for (var row = 0; row < rows.Count; row++)
        {
            var own = values.AsSpan(rows.Starts[row]..rows.Starts[row + 1]);
            var length = Math.Sqrt(rows.MeanSquaredLength([row]));
            for (var place = 0; length > 0 && place < own.Length; place++)
                own[place] = (float)(own[place] / length);
        }
        return rows with { Values = values };
    }

    private static SparseRows ByColumns(SparseRows rows, FeatureScaling scaling, IReadOnlyList<int> train)
    {
        var (sums, squares) = (new double[rows.Columns], new double[rows.Columns]);
        foreach (var row in train)
        {
            var indices = rows.IndicesOf(row);
            var values = rows.ValuesOf(row);
            for (var place = 0; place < indices.Length; place++)
            {
                sums[indices[place]] += values[place];
                squares[indices[place]] += (double)values[place] * values[place];
            }
        }
        var means = sums.Select(sum => sum / train.Count).ToArray();
        var deviations = squares.Zip(means, (square, mean) => Math.Sqrt(Math.Max(0, square / train.Count - mean * mean))).ToArray();
        return rows.Map((column, value) =>
        {
            var centred = rows.IsDense ? value - means[column] : value;
            if (scaling != FeatureScaling.UnitColumns)
                return (float)centred;
            return deviations[column] > 1e-6 * (Math.Abs(means[column]) + 1e-6) ? (float)(centred / deviations[column]) : 0;
        });
    }
}
