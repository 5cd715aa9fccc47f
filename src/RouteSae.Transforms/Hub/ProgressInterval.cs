using System.Diagnostics;

namespace RouteSae.Hub;

/// <summary>Reports the progress of one file, at most ten times a second, and its beginning and end always.</summary>
internal sealed class ProgressInterval(HubFile file, IProgress<HubProgress>? progress)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private long? _last;

    public void Report(long bytes)
    {
        if (_last is { } last && Stopwatch.GetElapsedTime(last) < Interval && bytes < file.Size)
        {
            return;
        }

        _last = Stopwatch.GetTimestamp();
        progress?.Report(new HubProgress(file.Name, bytes, file.Size));
    }
}
