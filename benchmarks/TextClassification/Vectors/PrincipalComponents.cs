using RouteSae.Native;
using static TorchSharp.torch;

namespace RouteSae.ClassificationBenchmark;

/// <summary>The principal components of standardised dense features, found on the training rows.</summary>
/// <param name="dense">The features.</param>
/// <param name="size">A source whose mean number of active features a training text is the number of components, as far as there are so many.</param>
internal sealed class PrincipalComponents(FeatureSource dense, FeatureSource size) : FeatureSource
{
    protected override SparseRows Compute(int[] train)
    {
        var rows = ScaledRows.Of(dense.Learn(train), FeatureScaling.UnitColumns, train).Rows;
        var count = Math.Clamp((int)Math.Round(size.Learn(train).MeanActive(train)), 1, Math.Min(train.Length - 1, rows.Columns));
        TorchRuntime.EnsureLoaded();
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var all = tensor(rows.Values, [rows.Count, rows.Columns]);
        var trained = all.index_select(0, tensor(train.Select(row => (long)row).ToArray()));
        var (_, directions) = linalg.eigh(trained.t().mm(trained)); // ascending eigenvalues
        var components = all.mm(directions.narrow(1, rows.Columns - count, count)).flip(1);
        return SparseRows.Dense(components.contiguous().data<float>().ToArray(), count);
    }
}
