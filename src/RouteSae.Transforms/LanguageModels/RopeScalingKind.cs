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
