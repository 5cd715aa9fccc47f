using RouteSae.Training.Sources;

namespace RouteSae.Benchmarks.Work;

/// <summary>Two batches that training steps use in turn. Owns them.</summary>
internal sealed class TrainingBatches(Scale scale, int tokens) : IDisposable
{
    private const int Seed = 21;

    private readonly HiddenStateBatch[] _batches =
        [.. Enumerable.Range(Seed, 2).Select(seed => new HiddenStateBatch(SyntheticHiddenStates.Make(tokens, scale.HiddenSize, scale.RoutedHiddenStates, seed)))];

    /// <summary>Does something with the first batch, the next time with the second, and so on.</summary>
    public Action EachTime(Action<HiddenStateBatch> act)
    {
        var step = 0;
        return () => act(_batches[step++ % _batches.Length]);
    }

    public void Dispose()
    {
        foreach (var batch in _batches)
            batch.Dispose();
    }
}
