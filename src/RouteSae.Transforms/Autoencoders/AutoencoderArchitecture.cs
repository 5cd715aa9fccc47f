namespace RouteSae.Autoencoders;

/// <summary>The sizes that every autoencoder has, and all that a ReLU or a gated one needs.</summary>
public record AutoencoderArchitecture
{
    /// <summary>D, the width of an activation. At least 2.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>M, the number of latents. At least 1.</summary>
    public required int Latents { get; init; }

    /// <summary>Default <see cref="Fidelity.Corrected"/>. Decides how codes are selected and how the autoencoder is trained.</summary>
    public Fidelity Fidelity { get; init; } = Fidelity.Corrected;

    /// <summary>Everything that is wrong with these sizes, in sentences; empty when nothing is.</summary>
    public virtual IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (HiddenSize < 2)
            problems.Add($"HiddenSize is {HiddenSize}; it must be at least 2, the width of the language model's hidden states.");
        if (Latents < 1)
            problems.Add($"Latents is {Latents}; it must be at least 1.");
        return problems;
    }
}
