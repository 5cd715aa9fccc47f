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

    /// <summary>
    /// Beyond <see cref="DecoderConfig.MaxPositions"/> the base grows with the longest position seen so far. A cached key keeps
    /// the rotation that it got.
    /// </summary>
    Dynamic,

    /// <summary>YaRN: as <see cref="Llama3"/>, with another ramp between, and cosines and sines scaled.</summary>
    Yarn,

    /// <summary>
    /// LongRoPE: every frequency is divided by a factor of its own, from one list up to
    /// <see cref="RopeScaling.OriginalMaxPositions"/>, from another beyond; cosines and sines are scaled.
    /// </summary>
    LongRope,
}
