namespace RouteSae.ClassificationBenchmark;

/// <summary>Ranks features by how well each alone tells the classes apart on training rows: the F of an analysis of variance.</summary>
/// <remarks>
/// F = Σ_c n_c (m_c − m)² / (C − 1) over Σ_c Σ_i (x_i − m_c)² / (n − C), zeros included. For two classes it orders features as the difference of
/// the class means in units of the spread does, for more it is one number for all of them. Equal ones keep their order.
/// </remarks>
internal static class FeatureRanking
{
    /// <summary>The best features, best first.</summary>
    /// <param name="rows">The features of all rows.</param>
    /// <param name="train">The rows that count.</param>
    /// <param name="labels">The class of every row.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="count">The most features to return; those that do not vary are left out.</param>
    public static int[] Best(SparseRows rows, IReadOnlyList<int> train, int[] labels, int classes, int count)
    {
        var scores = Scores(rows, train, labels, classes);
        return [.. Enumerable.Range(0, rows.Columns).Where(column => scores[column] > 0).OrderByDescending(column => scores[column]).Take(count)];
    }

    /// <summary>F of each feature; 0 where it does not vary between the classes, infinite where it varies between them alone.</summary>
    public static double[] Scores(SparseRows rows, IReadOnlyList<int> train, int[] labels, int classes)
    {
        var (sums, squares, sizes) = (new double[rows.Columns * classes], new double[rows.Columns], new double[classes]);
        foreach (var row in train)
        {
            sizes[labels[row]]++;
            var indices = rows.IndicesOf(row);
            var values = rows.ValuesOf(row);
            for (var place = 0; place < indices.Length; place++)
            {
                sums[indices[place] * classes + labels[row]] += values[place];
                squares[indices[place]] += (double)values[place] * values[place];
            }
        }
        return [.. Enumerable.Range(0, rows.Columns).Select(column => F(sums.AsSpan(column * classes, classes), squares[column], sizes, train.Count))];
    }

    private static double F(ReadOnlySpan<double> sums, double squares, double[] sizes, int rows)
    {
        var (mean, explained, present) = (0.0, 0.0, 0);
        foreach (var sum in sums)
            mean += sum / rows;
        for (var label = 0; label < sizes.Length; label++)
        {
            if (sizes[label] == 0)
                continue;
            present++;
            explained += sums[label] * sums[label] / sizes[label];
        }
        var between = explained - rows * mean * mean;
        if (present < 2 || rows <= present || between <= 1e-9 * squares)
            return 0;
        var within = squares - explained;
        return within <= 1e-9 * squares ? double.PositiveInfinity : between / (present - 1) / (within / (rows - present));
    }
}
