using RouteSae.Training;

namespace RouteSae.Tests.Training;

/// <summary>Hands progress on at once; System.Progress would post it to other threads, in any order.</summary>
internal sealed class Reports(Action<TrainingProgress> receive) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => receive(value);
}
