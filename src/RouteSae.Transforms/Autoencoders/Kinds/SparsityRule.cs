namespace RouteSae.Autoencoders.Kinds;

/// <summary>What makes the codes of a kind of autoencoder sparse.</summary>
public enum SparsityRule
{
    /// <summary>The architecture says how many latents are active, of each token or on average: <c>ActiveLatents</c>.</summary>
    ActiveLatents,

    /// <summary>λ times the mean activation is added to the loss.</summary>
    ActivationPenalty,

    /// <summary>λ times the number of active latents is added to the loss.</summary>
    CountPenalty,
}
