using System.Diagnostics;
using System.Globalization;

namespace RouteSae.Fuzz.Tests;

/// <summary>
/// Gives a format's loader mutated inputs. An input is made by its number and the seed alone, so a failure can be replayed. Memory is the
/// total that the loading thread allocates in the managed heap, which is at least the peak. Time is the process's processor time, which does
/// not depend on what else the machine is doing.
/// </summary>
internal sealed class FuzzRun(FuzzFormat format, int seed)
{
    private const double MostSeconds = 10;
    private const long MostBytes = 256L << 20;
    private const int MostFailures = 20;

    private readonly SortedDictionary<string, int> _outcomes = new(StringComparer.Ordinal);
    private readonly List<FuzzFailure> _failures = [];
    private long _mostAllocated;
    private double _slowest;

    /// <summary>The bytes of an input.</summary>
    public byte[] Input(int number)
    {
        var random = new Random(HashCodeOf(seed, number));
        return format.Mutate(format.Seeds[random.Next(format.Seeds.Count)], random);
    }

    /// <summary>Loads the inputs from a number on, until there are enough of them or the time is up.</summary>
    public FuzzResult Execute(int first, int inputs, TimeSpan? time = null)
    {
        var watch = Stopwatch.StartNew();
        var number = first;
        for (; number - first < inputs && _failures.Count < MostFailures && !(watch.Elapsed > time); number++)
        {
            Load(number);
        }

        return new FuzzResult
        {
            Inputs = number - first,
            Seconds = watch.Elapsed.TotalSeconds,
            MostAllocated = _mostAllocated,
            SlowestSeconds = _slowest,
            Outcomes = _outcomes,
            Failures = _failures,
        };
    }

    private void Load(int number)
    {
        var input = Input(number);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var started = ProcessorTime;
        var (outcome, problem) = Outcome(input);
        var seconds = (ProcessorTime - started).TotalSeconds;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        _outcomes[outcome] = _outcomes.GetValueOrDefault(outcome) + 1;
        _mostAllocated = Math.Max(_mostAllocated, allocated);
        _slowest = Math.Max(_slowest, seconds);
        problem ??= seconds > MostSeconds ? $"took {seconds:F1} s"
            : allocated > MostBytes + input.Length ? $"allocated {allocated >> 20} MB for {input.Length} bytes" : null;
        if (problem is not null)
        {
            _failures.Add(new FuzzFailure(format.Name, number, problem, Keep(number, input)));
        }
    }

    private (string Outcome, string? Problem) Outcome(byte[] input)
    {
        try
        {
            format.Load(input);
            return ("read", null);
        }
        catch (Exception exception)
        {
            var name = exception.GetType().Name;
            return (name, format.Documented.Contains(exception.GetType()) ? null : $"undocumented: {exception}");
        }
    }

    private static TimeSpan ProcessorTime => Environment.CpuUsage.TotalTime;

    private string Keep(int number, byte[] input)
    {
        var folder = Path.Combine(RepositoryFiles.Root, "artifacts", "fuzz");
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{format.Name}-{seed}-{number}"));
        File.WriteAllBytes(file, input);
        return file;
    }

    private static int HashCodeOf(int seed, int number) => unchecked((seed * 486_187_739) + (number * 16_777_619));
}
