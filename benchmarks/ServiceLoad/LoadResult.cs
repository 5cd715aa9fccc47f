using System.Globalization;

namespace ServiceLoad;

/// <summary>What came of one run.</summary>
/// <param name="Clients">How many asked at the same time.</param>
/// <param name="Failed">Requests without an answer of status 200 that holds a result.</param>
/// <param name="Elapsed">From the first request to the last answer.</param>
/// <param name="Latencies">From a request to its answer, in ascending order.</param>
/// <param name="LoadAverage">The machine's load average over a minute, at the end; null where the system has none.</param>
internal sealed record LoadResult(int Clients, int Failed, TimeSpan Elapsed, IReadOnlyList<TimeSpan> Latencies, string? LoadAverage)
{
    public const string Header = """
        | clients | requests | failed | requests/s | p50 ms | p99 ms | longest ms | load average |
        |--:|--:|--:|--:|--:|--:|--:|--:|
        """;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Clients} | {Latencies.Count} | {Failed} | {Latencies.Count / Elapsed.TotalSeconds:F1} | {Quantile(0.5):F1} | {Quantile(0.99):F1} | {Quantile(1):F1} | {LoadAverage ?? "unknown"} |");

    private double Quantile(double share) => Latencies[Math.Max(0, (int)Math.Ceiling(share * Latencies.Count) - 1)].TotalMilliseconds;
}
