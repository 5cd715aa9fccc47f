namespace RouteSae.LanguageModels;

/// <summary>The <c>rope_scaling</c> entry of a configuration.</summary>
public sealed record RopeScaling
{
    /// <summary>Which rule applies.</summary>
    public required RopeScalingKind Kind { get; init; }

    /// <summary>The stretch; greater than 0, usually above 1. Unused by LongRoPE. Default: 1.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Llama 3: wavelengths above original context / this are divided by <see cref="Factor"/>. Default: 1.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>Llama 3: wavelengths below original context / this are kept; greater than <see cref="LowFrequencyFactor"/>. Default: 4.</summary>
    public double HighFrequencyFactor { get; init; } = 4;

    /// <summary>Llama 3, YaRN and LongRoPE: the context first trained on, in tokens. Default: 8192.</summary>
    public int OriginalMaxPositions { get; init; } = 8192;

    /// <summary>YaRN and LongRoPE: multiplies cosines and sines. Default: 1.</summary>
    public double AttentionFactor { get; init; } = 1;

    /// <summary>YaRN: frequencies that turn more often than this within the original context are kept. Default: 32.</summary>
    public double FastRotations { get; init; } = 32;

    /// <summary>YaRN: frequencies that turn less often than this within the original context are divided by <see cref="Factor"/>. Default: 1.</summary>
    public double SlowRotations { get; init; } = 1;

    /// <summary>YaRN: whether the ends of the ramp between the two are rounded to whole frequencies. Default: true.</summary>
    public bool WholeRamp { get; init; } = true;

    /// <summary>LongRoPE: divides each frequency where no position lies beyond the original context; one a frequency. Default: none.</summary>
    public IReadOnlyList<double> ShortFactors { get; init; } = [];

    /// <summary>LongRoPE: divides each frequency where a position lies beyond the original context; one a frequency. Default: none.</summary>
    public IReadOnlyList<double> LongFactors { get; init; } = [];

    /// <summary>Frequencies as they are.</summary>
    internal static RopeScaling Unscaled { get; } = new() { Kind = RopeScalingKind.None };
}
