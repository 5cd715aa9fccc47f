namespace RouteSae.MLNet.Tests.Experiments;

/// <summary>A clock whose timers go off when a test says so.</summary>
internal sealed class StoppedClock : TimeProvider
{
    private readonly List<Action> _timers = [];

    /// <summary>All timers go off.</summary>
    public void TimeIsUp() => _timers.ForEach(goOff => goOff());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _timers.Add(() => callback(state));
        return new NoTimer();
    }

    private sealed class NoTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
