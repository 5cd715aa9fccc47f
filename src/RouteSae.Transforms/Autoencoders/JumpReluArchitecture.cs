namespace RouteSae.Autoencoders;

/// <summary>The sizes of a JumpReLU autoencoder, and what its threshold starts from and learns by.</summary>
public sealed record JumpReluArchitecture : AutoencoderArchitecture
{
    /// <summary>θ of every latent before training, above 0. Default 0.001, the reference's.</summary>
    public double InitialThreshold { get; init; } = 1e-3;

    /// <summary>ε, the width of the window around θ in which a pre-activation gives θ a gradient, above 0. Default 0.001, the reference's.</summary>
    public double Bandwidth { get; init; } = 1e-3;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Problems()
    {
        var problems = new List<string>(base.Problems());
        if (!(InitialThreshold > 0 && double.IsFinite(InitialThreshold)))
            problems.Add($"InitialThreshold is {InitialThreshold}; it must be above 0.");
        if (!(Bandwidth > 0 && double.IsFinite(Bandwidth)))
            problems.Add($"Bandwidth is {Bandwidth}; it must be above 0.");
        return problems;
    }
}
