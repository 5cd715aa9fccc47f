using System.Diagnostics;
using System.Globalization;

namespace ServiceLoad;

/// <summary>What the service holds at one moment.</summary>
/// <param name="At">Since the clients began.</param>
/// <param name="Requests">Requests sent by then.</param>
/// <param name="Reloads">Models loaded by then, after the first.</param>
/// <param name="IsReplacing">Whether a model is being replaced, or was a moment ago: then two may be in memory.</param>
/// <param name="ResidentBytes">Memory of the process that is in the machine's memory, files that it maps included.</param>
/// <param name="Threads">Its threads.</param>
internal sealed record MemorySample(TimeSpan At, int Requests, int Reloads, bool IsReplacing, long ResidentBytes, int Threads)
{
    public const string Header = """
        | seconds | requests | reloads | resident MB | threads |
        |--:|--:|--:|--:|--:|
        """;

    public static MemorySample Of(int processId, TimeSpan at, LoadProgress progress)
    {
        using var process = Process.GetProcessById(processId);
        return new MemorySample(at, progress.Requests, progress.Reloads, progress.IsReplacing, process.WorkingSet64, process.Threads.Count);
    }

    public double ResidentMegabytes => ResidentBytes / (1024.0 * 1024);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"| {At.TotalSeconds:F0} | {Requests} | {Reloads} | {ResidentMegabytes:F0} | {Threads} |");
}
