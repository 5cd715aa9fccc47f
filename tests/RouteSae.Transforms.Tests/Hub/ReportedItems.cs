using System.Collections.Concurrent;

namespace RouteSae.Tests.Hub;

/// <summary>Keeps what was reported, in order and at once.</summary>
internal sealed class ReportedItems<T> : ConcurrentQueue<T>, IProgress<T>
{
    public void Report(T value) => Enqueue(value);
}
