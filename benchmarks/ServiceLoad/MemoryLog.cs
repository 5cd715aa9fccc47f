using System.Diagnostics;
using System.Globalization;

namespace ServiceLoad;

/// <summary>Samples the memory of the service while the clients ask, and once more when it has been idle for a while.</summary>
internal sealed class MemoryLog(int processId)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);

    private readonly List<MemorySample> _samples = [];

    /// <summary>Samples until it is cancelled, and then once after the service has had nothing to do.</summary>
    public async Task RunAsync(Func<LoadProgress> progress, CancellationToken ended)
    {
        var clock = Stopwatch.StartNew();
        while (!ended.IsCancellationRequested)
        {
            _samples.Add(MemorySample.Of(processId, clock.Elapsed, progress()));
            await Task.Delay(Interval, ended).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        await Task.Delay(Idle, CancellationToken.None);
        _samples.Add(MemorySample.Of(processId, clock.Elapsed, progress()));
    }

    /// <summary>A table of about this many samples, evenly spaced, without those taken while a model was being replaced, and a line of what they come to.</summary>
    public string Table(int rows)
    {
        var calm = _samples.FindAll(sample => !sample.IsReplacing);
        var shown = calm.Count <= rows ? calm : Enumerable.Range(0, rows).Select(i => calm[(int)((long)i * (calm.Count - 1) / (rows - 1))]);
        var later = calm[(calm.Count / 4)..^1].ConvertAll(sample => sample.ResidentMegabytes);
        var summary = later.Count == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $"From a quarter of the run on, between reloads: {later.Min():F0} to {later.Max():F0} MB ({later.Max() / later.Min() - 1:P1} apart). The most at any time: {_samples.Max(sample => sample.ResidentMegabytes):F0} MB.");
        return string.Join(Environment.NewLine, [MemorySample.Header, .. shown.Select(sample => sample.ToString()), "", summary]);
    }
}
