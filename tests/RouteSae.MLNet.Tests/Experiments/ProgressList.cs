using RouteSae.MLNet.Experiments;

namespace RouteSae.MLNet.Tests.Experiments;

/// <summary>Keeps reports, and does something at each, on the experiment's own thread.</summary>
internal sealed class ProgressList(Action<ExperimentProgress>? then = null) : IProgress<ExperimentProgress>
{
    public List<ExperimentProgress> Reports { get; } = [];

    public void Report(ExperimentProgress value)
    {
        Reports.Add(value);
        then?.Invoke(value);
    }
}
