using System.Runtime.Versioning;

namespace RouteSae.Native;

/// <summary>
/// What glibc does with the memory of freed tensors. By itself it keeps large blocks in the heaps of the threads that asked for them once one
/// of their size has been freed, and a model that is loaded there later leaves holes which no page can be given back from.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class NativeHeap
{
    private const int TrimThreshold = -1; // M_TRIM_THRESHOLD
    private const int MapThreshold = -3;  // M_MMAP_THRESHOLD
    private const int MappedBytes = 1 << 20;
    private const int KeptBytes = 16 << 20;

    private static int _isSet;
    private static volatile bool _isOther; // musl has none of these calls, and keeps less

    /// <summary>Sets the rules, once, unless the environment has rules for them, and gives the free pages of all heaps back.</summary>
    public static void Trim()
    {
        if (_isOther)
        {
            return;
        }

        try
        {
            if (Interlocked.Exchange(ref _isSet, 1) == 0 && !IsSetByTheUser())
            {
                _ = Libc.SetHeapRule(MapThreshold, MappedBytes);
                _ = Libc.SetHeapRule(TrimThreshold, KeptBytes);
            }

            _ = Libc.TrimHeaps(keptAtTheTop: 0);
        }
        catch (EntryPointNotFoundException)
        {
            _isOther = true;
        }
    }

    private static bool IsSetByTheUser() =>
        Environment.GetEnvironmentVariable("MALLOC_MMAP_THRESHOLD_") is not null
        || Environment.GetEnvironmentVariable("MALLOC_TRIM_THRESHOLD_") is not null
        || Environment.GetEnvironmentVariable("GLIBC_TUNABLES")?.Contains("glibc.malloc.", StringComparison.Ordinal) == true;
}
