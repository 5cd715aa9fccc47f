namespace RouteSae.Autoencoders;

/// <summary>The sizes of a TopK or BatchTopK autoencoder. With <see cref="Fidelity.Corrected"/> negative values among the K largest count as not active.</summary>
public record TopKArchitecture : AutoencoderArchitecture
{
    /// <summary>K, how many latents a token may activate; with BatchTopK on average. 1 to M.</summary>
    public required int ActiveLatents { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Problems()
    {
        var problems = new List<string>(base.Problems());
        if (ActiveLatents < 1)
            problems.Add($"ActiveLatents is {ActiveLatents}; it must be at least 1.");
        else if (Latents >= 1 && ActiveLatents > Latents)
            problems.Add($"ActiveLatents is {ActiveLatents}, but there are only {Latents} latents; choose 1 to {Latents}.");
        return problems;
    }
}
