using RouteSae.Features;

namespace RouteSae.ClassificationBenchmark;

/// <summary>A feature vector for each row of a set, without its zeros.</summary>
/// <param name="Columns">The number of features.</param>
/// <param name="Starts">Where each row begins in <paramref name="Indices"/>, and the end of the last one, [rows + 1].</param>
/// <param name="Indices">Features, ascending within a row.</param>
/// <param name="Values">Their values.</param>
internal sealed record SparseRows(int Columns, int[] Starts, int[] Indices, float[] Values)
{
    public int Count => Starts.Length - 1;

    /// <summary>The features themselves where every row has all of them: the columns can be centred.</summary>
    public bool IsDense { get; init; }

    public ReadOnlySpan<int> IndicesOf(int row) => Indices.AsSpan(Starts[row]..Starts[row + 1]);

    public ReadOnlySpan<float> ValuesOf(int row) => Values.AsSpan(Starts[row]..Starts[row + 1]);

    public static SparseRows Of(IReadOnlyList<FeatureVector> vectors, int columns)
    {
        var starts = new int[vectors.Count + 1];
        for (var row = 0; row < vectors.Count; row++)
            starts[row + 1] = starts[row] + vectors[row].Indices.Length;
        return new SparseRows(columns, starts, [.. vectors.SelectMany(vector => vector.Indices)], [.. vectors.SelectMany(vector => vector.Values)]);
    }

    /// <summary>Rows that have a value for every column.</summary>
    /// <param name="values">[rows, columns], row by row.</param>
    /// <param name="columns">The number of columns.</param>
    public static SparseRows Dense(float[] values, int columns)
    {
        var rows = values.Length / columns;
        var indices = new int[values.Length];
        for (var place = 0; place < indices.Length; place++)
            indices[place] = place % columns;
        return new SparseRows(columns, [.. Enumerable.Range(0, rows + 1).Select(row => row * columns)], indices, values) { IsDense = true };
    }

    /// <summary>The same places with other values.</summary>
    public SparseRows Map(Func<int, float, float> change)
    {
        var values = new float[Values.Length];
        for (var place = 0; place < values.Length; place++)
            values[place] = change(Indices[place], Values[place]);
        return this with { Values = values };
    }

    /// <summary>Some of the columns, in ascending order and numbered anew.</summary>
    public SparseRows Keep(IReadOnlyList<int> columns)
    {
        var number = new int[Columns];
        Array.Fill(number, -1);
        foreach (var (column, place) in columns.Order().Select((column, place) => (column, place)))
            number[column] = place;
        var (starts, indices, values) = (new int[Starts.Length], new List<int>(), new List<float>());
        for (var row = 0; row < Count; row++)
        {
            for (var place = Starts[row]; place < Starts[row + 1]; place++)
            {
                if (number[Indices[place]] < 0)
                    continue;
                indices.Add(number[Indices[place]]);
                values.Add(Values[place]);
            }
            starts[row + 1] = indices.Count;
        }
        return new SparseRows(columns.Count, starts, [.. indices], [.. values]) { IsDense = IsDense };
    }

    /// <summary>The columns of both, side by side.</summary>
    public static SparseRows Concatenate(SparseRows left, SparseRows right)
    {
        var starts = new int[left.Count + 1];
        var (indices, values) = (new int[left.Indices.Length + right.Indices.Length], new float[left.Indices.Length + right.Indices.Length]);
        for (var row = 0; row < left.Count; row++)
        {
            var place = starts[row];
            left.IndicesOf(row).CopyTo(indices.AsSpan(place));
            left.ValuesOf(row).CopyTo(values.AsSpan(place));
            place += left.IndicesOf(row).Length;
            foreach (var index in right.IndicesOf(row))
                indices[place++] = left.Columns + index;
            right.ValuesOf(row).CopyTo(values.AsSpan(place - right.IndicesOf(row).Length));
            starts[row + 1] = place;
        }
        return new SparseRows(left.Columns + right.Columns, starts, indices, values) { IsDense = left.IsDense && right.IsDense };
    }

    /// <summary>In how many of some rows each column is not zero.</summary>
    public int[] RowsWith(IEnumerable<int> rows)
    {
        var counts = new int[Columns];
        foreach (var row in rows)
        {
            var indices = IndicesOf(row);
            var values = ValuesOf(row);
            for (var place = 0; place < indices.Length; place++)
                counts[indices[place]] += values[place] != 0 ? 1 : 0;
        }
        return counts;
    }

    /// <summary>The mean of the squared lengths of some rows.</summary>
    public double MeanSquaredLength(IReadOnlyList<int> rows)
    {
        var sum = 0.0;
        foreach (var row in rows)
        {
            foreach (var value in ValuesOf(row))
                sum += (double)value * value;
        }
        return rows.Count == 0 ? 0 : sum / rows.Count;
    }

    /// <summary>How many features of a row are not zero, on average over some rows.</summary>
    public double MeanActive(IReadOnlyList<int> rows) => rows.Count == 0 ? 0 : RowsWith(rows).Sum(count => (double)count) / rows.Count;
}
