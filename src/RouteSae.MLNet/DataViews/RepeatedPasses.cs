namespace RouteSae.MLNet.DataViews;

/// <summary>Counts the passes over a view for which the network had to run, and warns once when they become many.</summary>
internal sealed class RepeatedPasses(OutputColumns output)
{
    /// <summary>A pass to fit, one to look at the training data, one more: what a pipeline without a fault may need.</summary>
    private const int Unremarkable = 3;

    private int _passes;

    /// <summary>Called at the end of a pass from the first row to the last.</summary>
    /// <param name="computed">For how many rows the network ran.</param>
    public void Ended(long computed)
    {
        if (computed > 0 && Interlocked.Increment(ref _passes) == Unremarkable + 1)
        {
            output.Warn(
                $"Column '{output.Columns[0].Name}' is being read again and again: the network has run over the data {Unremarkable + 1} times. "
                + "Put AppendCacheCheckpoint(mlContext) behind RouteSae in the pipeline, or raise RouteSaeOptions.CacheMegabytes, so that it runs once.");
        }
    }
}
