namespace RouteSae.LanguageModels;

/// <summary>The <c>rope_scaling</c> entry of a configuration.</summary>
public sealed record RopeScaling
{
    /// <summary>Which rule applies.</summary>
    public required RopeScalingKind Kind { get; init; }

    /// <summary>The stretch; greater than 0, usually above 1.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Llama 3: wavelengths above original context / this are divided by <see cref="Factor"/>.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>Llama 3: wavelengths below original context / this are kept; greater than <see cref="LowFrequencyFactor"/>.</summary>
    public double HighFrequencyFactor { get; init; } = 4;

    /// <summary>Llama 3: the context first trained on, in tokens.</summary>
    public int OriginalMaxPositions { get; init; } = 8192;
}
