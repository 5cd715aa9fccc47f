namespace RouteSae.LanguageModels;

/// <summary>How the rotary frequencies are stretched to contexts longer than the one first trained on.</summary>
public enum RopeScalingKind
{
    /// <summary>Frequencies as they are.</summary>
    None,

    /// <summary>Every frequency is divided by <see cref="RopeScaling.Factor"/>.</summary>
    Linear,

    /// <summary>Llama 3.1: low frequencies are divided, high ones kept, those between interpolated.</summary>
    Llama3,
}

/// <summary>The <c>rope_scaling</c> entry of a configuration.</summary>
public sealed record RopeScaling
{
    /// <summary>Which rule applies.</summary>
    public required RopeScalingKind Kind { get; init; }

    /// <summary>The stretch, at least 1.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Llama 3: wavelengths above original context / this are divided by <see cref="Factor"/>.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>Llama 3: wavelengths below original context / this are kept.</summary>
    public double HighFrequencyFactor { get; init; } = 4;

    /// <summary>Llama 3: the context first trained on, in tokens.</summary>
    public int OriginalMaxPositions { get; init; } = 8192;
}
