namespace RouteSae.Training.Optimization;

/// <summary>Linear warm-up, a constant stretch, linear decay to zero. The first step of a warm-up has learning rate 0, as in the reference.</summary>
public sealed record LearningRateSchedule
{
    private readonly int _warmupSteps;
    private readonly int _decaySteps;

    /// <summary>Lays the schedule over a number of steps.</summary>
    /// <param name="maximum">The learning rate of the constant stretch.</param>
    /// <param name="totalSteps">How many steps there will be, at least 1.</param>
    /// <param name="warmupFraction">Share of the steps that warm up, 0 to 1; rounded down to whole steps. Default: 5 %.</param>
    /// <param name="decayFraction">Share of the steps that decay, 0 to 1; rounded down to whole steps. Default: 20 %.</param>
    public LearningRateSchedule(double maximum, int totalSteps, double warmupFraction = 0.05, double decayFraction = 0.2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(totalSteps, 1);
        Maximum = maximum;
        TotalSteps = totalSteps;
        _warmupSteps = (int)(warmupFraction * totalSteps);
        _decaySteps = (int)(decayFraction * totalSteps);
    }

    /// <summary>The learning rate of the constant stretch.</summary>
    public double Maximum { get; }

    /// <summary>How many steps there will be.</summary>
    public int TotalSteps { get; }

    /// <summary>The learning rate of a step; 0 after the last one.</summary>
    /// <param name="step">Counted from 0.</param>
    public double At(int step)
    {
        if (step >= TotalSteps)
            return 0;
        if (step < _warmupSteps)
            return Maximum * step / _warmupSteps;
        var decayed = step - (TotalSteps - _decaySteps);
        return decayed < 0 ? Maximum : Maximum * (1 - (double)decayed / _decaySteps);
    }
}
