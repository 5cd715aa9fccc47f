using System.Globalization;
using System.Runtime.InteropServices;

namespace RouteSae.Benchmarks.Measuring;

/// <summary>The memory of this process, as Linux counts it; null on other systems.</summary>
internal static partial class PeakMemory
{
    /// <summary>Bytes in memory now, after everything that is free was given back.</summary>
    public static long? Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        TrimHeap();
        return Read("VmRSS:");
    }

    /// <summary>The most bytes that were in memory while something ran.</summary>
    public static long? While(Action run)
    {
        if (!OperatingSystem.IsLinux())
        {
            run();
            return null;
        }

        File.WriteAllText("/proc/self/clear_refs", "5"); // starts VmHWM, the high-water mark, anew
        run();
        return Read("VmHWM:");
    }

    private static long? Read(string field)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..^"kB".Length], NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) * 1024;
    }

    // What earlier parts have freed stays in the C library's heap, and would hide what the next one takes.
    private static void TrimHeap()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = TrimHeap(0);
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no such function, and no such heap.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimHeap(nuint keep);
}
