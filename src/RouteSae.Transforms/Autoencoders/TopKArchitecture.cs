namespace RouteSae.Autoencoders;

/// <summary>The sizes of a TopK autoencoder.</summary>
public sealed record TopKArchitecture
{
    /// <summary>D, the width of an activation. At least 2.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>M, the number of latents. At least 1.</summary>
    public required int Latents { get; init; }

    /// <summary>K, how many latents a token may activate, 1 to M.</summary>
    public required int ActiveLatents { get; init; }

    /// <summary>Default <see cref="Fidelity.Corrected"/>: negative values among the K largest count as not active.</summary>
    public Fidelity Fidelity { get; init; } = Fidelity.Corrected;

    /// <summary>Everything that is wrong with these sizes, in sentences; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (HiddenSize < 2)
            problems.Add($"HiddenSize is {HiddenSize}; it must be at least 2, the width of the language model's hidden states.");
        if (Latents < 1)
            problems.Add($"Latents is {Latents}; it must be at least 1.");
        if (ActiveLatents < 1)
            problems.Add($"ActiveLatents is {ActiveLatents}; it must be at least 1.");
        else if (Latents >= 1 && ActiveLatents > Latents)
            problems.Add($"ActiveLatents is {ActiveLatents}, but there are only {Latents} latents; choose 1 to {Latents}.");
        return problems;
    }
}
