namespace RouteSae.ClassificationBenchmark;

/// <summary>Features for which nothing is learnt from the set, computed when they are first asked for.</summary>
internal sealed class FixedSource(Func<SparseRows> rows) : FeatureSource
{
    private readonly Lazy<SparseRows> _rows = new(rows);

    protected override SparseRows Compute(int[] train) => _rows.Value;
}
