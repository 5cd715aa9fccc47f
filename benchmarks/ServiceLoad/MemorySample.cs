using System.Diagnostics;
using System.Globalization;

namespace ServiceLoad;

/// <summary>What the service holds at one moment.</summary>
/// <param name="At">Since the clients began.</param>
/// <param name="Requests">Requests sent by then.</param>
/// <param name="Reloads">Models loaded by then, after the first.</param>
/// <param name="ResidentBytes">Memory of the process that is in the machine's memory, files that it maps included.</param>
/// <param name="Threads">Its threads.</param>
internal sealed record MemorySample(TimeSpan At, int Requests, int Reloads, long ResidentBytes, int Threads)
{
    public const string Header = """
        | seconds | requests | reloads | resident MB | threads |
        |--:|--:|--:|--:|--:|
        """;

    public static MemorySample Of(int processId, TimeSpan at, int requests, int reloads)
    {
        using var process = Process.GetProcessById(processId);
        return new MemorySample(at, requests, reloads, process.WorkingSet64, process.Threads.Count);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"| {At.TotalSeconds:F0} | {Requests} | {Reloads} | {ResidentBytes / (1024.0 * 1024):F0} | {Threads} |");
}
