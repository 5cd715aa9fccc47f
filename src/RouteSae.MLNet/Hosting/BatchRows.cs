using System.Collections;

namespace RouteSae.MLNet.Hosting;

/// <summary>The source of a pipeline that is built once: its rows are those of the batch at hand.</summary>
internal sealed class BatchRows<TInput> : IEnumerable<TInput>
{
    public IReadOnlyList<TInput> Current { get; set; } = [];

    public IEnumerator<TInput> GetEnumerator() => Current.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
