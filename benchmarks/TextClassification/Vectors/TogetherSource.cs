namespace RouteSae.ClassificationBenchmark;

/// <summary>The features of several sources side by side, each brought to a mean squared length of 1 over the training rows.</summary>
internal sealed class TogetherSource(params IReadOnlyList<FeatureSource> sources) : FeatureSource
{
    protected override SparseRows Compute(int[] train) =>
        sources.Select(source => ScaledRows.Of(source.Learn(train), FeatureScaling.None, train).Rows).Aggregate(SparseRows.Concatenate);
}
