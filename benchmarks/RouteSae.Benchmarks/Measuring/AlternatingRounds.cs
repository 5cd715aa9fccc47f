using System.Diagnostics;

namespace RouteSae.Benchmarks.Measuring;

/// <summary>Measures variants in turns, so that whatever else the machine does meets all of them alike.</summary>
internal static class AlternatingRounds
{
    /// <summary>A short variant is repeated within a round until it takes about this long.</summary>
    private const double SecondsPerTurn = 0.2;

    private const int MostRepeats = 1000;

    /// <summary>Seconds from which on one run is enough to warm up.</summary>
    private const double LongWork = 2;

    /// <summary>Warms every variant up, then lets them take turns, every second round in reverse order.</summary>
    public static IReadOnlyList<Timing> Measure(IReadOnlyList<Variant> variants, int rounds)
    {
        var repeats = variants.Select(WarmUp).ToArray();
        var turns = variants.Select(_ => new List<Turn>()).ToArray();
        var order = Enumerable.Range(0, variants.Count).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var i in round % 2 == 0 ? order : order.Reverse())
                turns[i].Add(Turn.Take(variants[i].Run, repeats[i]));
        }

        return [.. order.Select(i => new Timing(
            variants[i].Name, [.. turns[i].Select(turn => turn.Wall / repeats[i])], turns[i].Sum(turn => turn.Cpu) / turns[i].Sum(turn => turn.Wall)))];
    }

    /// <returns>How often the variant is repeated in a turn.</returns>
    private static int WarmUp(Variant variant)
    {
        if (variant.WarmUp is { } warmUp)
        {
            warmUp();
            return 1;
        }

        // The first run is slower than those that follow, so that a short one is estimated anew.
        var first = Turn.Take(variant.Run, 1).Wall;
        var seconds = first > LongWork ? first : Turn.Take(variant.Run, 1).Wall;
        return (int)Math.Clamp(Math.Ceiling(SecondsPerTurn / seconds), 1, MostRepeats);
    }

    private readonly record struct Turn(double Wall, double Cpu)
    {
        public static Turn Take(Action run, int repeats)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            // The same quantity as Process.TotalProcessorTime, which is no finer than 10 ms on Linux.
            var cpu = Environment.CpuUsage.TotalTime;
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < repeats; i++)
                run();
            clock.Stop();
            return new Turn(clock.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
        }
    }
}
