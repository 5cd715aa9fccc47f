namespace RouteSae.Tests.Hub;

/// <summary>A clock that stands still: waits before another attempt pass at once and are recorded, timeouts pass when a test says so.</summary>
internal sealed class HubClock : TimeProvider
{
    /// <summary>The time of day.</summary>
    public static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>What is a timeout; anything else is a wait.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();
    private readonly List<Timer> _timeouts = [];
    private readonly List<TimeSpan> _waits = [];

    /// <summary>The waits so far, in their order.</summary>
    public TimeSpan[] Waits
    {
        get
        {
            lock (_lock)
            {
                return [.. _waits];
            }
        }
    }

    /// <summary>How many timeouts run at the moment.</summary>
    public int RunningTimeouts
    {
        get
        {
            lock (_lock)
            {
                return _timeouts.Count;
            }
        }
    }

    /// <summary>All timeouts that run pass.</summary>
    public void PassTimeouts()
    {
        Timer[] running;
        lock (_lock)
        {
            running = [.. _timeouts];
        }

        Array.ForEach(running, timer => timer.GoOff());
    }

    public override DateTimeOffset GetUtcNow() => Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        lock (_lock)
        {
            if (dueTime == Timeout)
            {
                _timeouts.Add(timer);
                return timer;
            }

            _waits.Add(dueTime);
        }

        timer.GoOff();
        return timer;
    }

    private sealed class Timer(HubClock clock, Action goOff) : ITimer
    {
        public void GoOff() => goOff();

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            lock (clock._lock)
            {
                clock._timeouts.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
