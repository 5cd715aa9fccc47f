using System.Text.Json.Serialization;

namespace RouteSae.Features;

/// <summary>
/// How the codes of a text's tokens become one value per latent. Let z(t) be a latent's activation on token t, 0 where the
/// latent is not active, and T the number of pooled tokens (padding, and special tokens unless the bundle includes them,
/// are not pooled).
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<Pooling>))]
public enum Pooling
{
    /// <summary>The largest activation: max over t of z(t). The default.</summary>
    Max,

    /// <summary>The average activation over all pooled tokens: Σ z(t) / T.</summary>
    Mean,

    /// <summary>The sum of the activations: Σ z(t). Grows with the length of the text.</summary>
    Sum,

    /// <summary>The number of tokens on which the latent is active.</summary>
    Count,

    /// <summary>1 where the latent is active on any token.</summary>
    Binary,

    /// <summary>The activation on the last pooled token, which has seen the whole text.</summary>
    Last,
}
