using RouteSae.Training;

namespace RouteSae.Tests.Training;

/// <summary>Hands progress on at once; System.Progress would post it to other threads, in any order.</summary>
internal class Reports<T>(Action<T> receive) : IProgress<T>
{
    public void Report(T value) => receive(value);
}

/// <summary>Hands a trainer's progress on at once.</summary>
internal sealed class Reports(Action<TrainingProgress> receive) : Reports<TrainingProgress>(receive);
