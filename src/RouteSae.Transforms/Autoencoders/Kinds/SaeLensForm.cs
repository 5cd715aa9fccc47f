namespace RouteSae.Autoencoders.Kinds;

/// <summary>How SAELens stores a kind of autoencoder, beside W_enc, W_dec and b_dec, which all of them have.</summary>
/// <param name="Architecture">The value of <c>architecture</c> in <c>cfg.json</c>.</param>
/// <param name="Tensors">The names of the tensors with a value for each latent: ours, and SAELens's. One of ours with a single value is repeated for each latent.</param>
public sealed record SaeLensForm(string Architecture, IReadOnlyList<KeyValuePair<string, string>> Tensors)
{
    /// <summary>Whether folders of this architecture are read as this kind. False where another kind computes the same of the stored tensors. Default true.</summary>
    public bool IsRead { get; init; } = true;
}
