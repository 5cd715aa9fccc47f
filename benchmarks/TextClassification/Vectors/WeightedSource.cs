namespace RouteSae.ClassificationBenchmark;

/// <summary>ln(1 + v) of features, times ln((1 + n) / (1 + rows with it)) + 1 over the n training rows, or one of the two.</summary>
internal sealed class WeightedSource(FeatureSource source, bool log1p, bool idf) : FeatureSource
{
    protected override SparseRows Compute(int[] train)
    {
        var rows = source.Learn(train);
        if (log1p)
            rows = rows.Map((_, value) => MathF.Log(1 + value));
        if (!idf)
            return rows;
        var weights = rows.RowsWith(train).Select(count => (float)(Math.Log((1.0 + train.Length) / (1 + count)) + 1)).ToArray();
        return rows.Map((column, value) => value * weights[column]);
    }
}
