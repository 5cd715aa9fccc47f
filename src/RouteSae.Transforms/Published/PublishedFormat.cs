namespace RouteSae.Published;

/// <summary>Whose folder an autoencoder was read from.</summary>
public enum PublishedFormat
{
    /// <summary>SAELens: <c>cfg.json</c> and <c>sae_weights.safetensors</c>.</summary>
    SaeLens,

    /// <summary>EleutherAI's sparsify: <c>cfg.json</c> and <c>sae.safetensors</c>.</summary>
    Sparsify,
}
