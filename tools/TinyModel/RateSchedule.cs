namespace RouteSae.Tools.TinyModel;

/// <summary>Warm-up, constant rate, linear decay to zero over the last part.</summary>
internal sealed record RateSchedule(double Matrices, double Others, double WeightDecay, int WarmUpSteps, double DecayFrom)
{
    /// <param name="step">Number of the step, from 0.</param>
    /// <param name="progress">Part of the run that is done, 0 to 1.</param>
    public TrainingRates At(long step, double progress)
    {
        var factor = Math.Min(1, (step + 1.0) / WarmUpSteps) * Math.Clamp((1 - progress) / (1 - DecayFrom), 0, 1);
        return new TrainingRates(Matrices * factor, Others * factor, WeightDecay);
    }
}
