using System.Runtime.CompilerServices;

namespace RouteSae.ClassificationBenchmark;

/// <summary>Gives a feature vector for each row of a set. What is learnt for it (a vocabulary, frequencies, directions) is learnt from training texts, without labels.</summary>
internal abstract class FeatureSource
{
    private readonly ConditionalWeakTable<int[], Lazy<SparseRows>> _known = [];

    /// <summary>The features of all rows, learnt from these training rows; kept as long as the caller keeps the array.</summary>
    public SparseRows Learn(int[] train) => _known.GetValue(train, rows => new Lazy<SparseRows>(() => Compute(rows))).Value;

    protected abstract SparseRows Compute(int[] train);
}
