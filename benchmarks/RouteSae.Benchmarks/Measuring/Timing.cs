namespace RouteSae.Benchmarks.Measuring;

/// <summary>How long a variant took.</summary>
/// <param name="Name">The variant.</param>
/// <param name="Rounds">Seconds that the work took once, round by round.</param>
/// <param name="CpuPerWall">CPU time of the process over wall time, over all rounds: how many cores were busy.</param>
internal sealed record Timing(string Name, IReadOnlyList<double> Rounds, double CpuPerWall)
{
    /// <summary>The median of the rounds.</summary>
    public double Seconds => Median(Rounds);

    /// <summary>How many times faster than the baseline, round by round: neighbours in time share the machine's mood.</summary>
    public IReadOnlyList<double> RatiosTo(Timing baseline) => [.. baseline.Rounds.Zip(Rounds, (slow, fast) => slow / fast)];

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
