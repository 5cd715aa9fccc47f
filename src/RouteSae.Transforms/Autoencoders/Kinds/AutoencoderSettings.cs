namespace RouteSae.Autoencoders.Kinds;

/// <summary>What a file says of an autoencoder beside its tensors.</summary>
public sealed record AutoencoderSettings
{
    /// <summary>D, the width of an activation.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>M, the number of latents.</summary>
    public required int Latents { get; init; }

    /// <summary>K, the number of active latents; M for kinds without one.</summary>
    public required int ActiveLatents { get; init; }

    /// <summary>How it is computed and trained.</summary>
    public Fidelity Fidelity { get; init; } = Fidelity.Corrected;

    /// <summary>Further numbers of the kind, by name. Default: none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Values { get; init; } = new Dictionary<string, IReadOnlyList<double>>();
}
