using System.Diagnostics;

namespace ServiceLoad;

/// <summary>Samples the memory of the service while the clients ask, and once more when it has been idle for a while.</summary>
internal sealed class MemoryLog(int processId)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);

    private readonly List<MemorySample> _samples = [];

    /// <summary>Samples until it is cancelled, and then once after the service has had nothing to do.</summary>
    public async Task RunAsync(Func<(int Requests, int Reloads)> progress, CancellationToken ended)
    {
        var clock = Stopwatch.StartNew();
        Take(clock.Elapsed, progress());
        while (!ended.IsCancellationRequested)
        {
            await Task.Delay(Interval, ended).ContinueWith(_ => { }, TaskScheduler.Default);
            Take(clock.Elapsed, progress());
        }

        await Task.Delay(Idle, CancellationToken.None);
        Take(clock.Elapsed, progress());
    }

    /// <summary>About this many rows of the samples, evenly spaced, the first and the last among them.</summary>
    public IEnumerable<MemorySample> Rows(int count) => _samples.Count <= count
        ? _samples
        : Enumerable.Range(0, count).Select(i => _samples[(int)((long)i * (_samples.Count - 1) / (count - 1))]);

    /// <summary>By how much the largest of the later samples exceeds the smallest of them: samples in the last three quarters of the run, idle one left out.</summary>
    public double Spread()
    {
        var later = _samples[(_samples.Count / 4)..^1].ConvertAll(sample => sample.ResidentBytes);
        return later.Count == 0 ? 0 : (double)later.Max() / later.Min() - 1;
    }

    private void Take(TimeSpan at, (int Requests, int Reloads) progress) =>
        _samples.Add(MemorySample.Of(processId, at, progress.Requests, progress.Reloads));
}
