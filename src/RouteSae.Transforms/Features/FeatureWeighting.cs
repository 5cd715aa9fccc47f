using System.Text.Json.Serialization;

namespace RouteSae.Features;

/// <summary>
/// How pooled values are weighted. Let v be a pooled value (<see cref="Pooling"/>), N the number of texts that the weights were fitted
/// on, and n the number of those in which the latent is active on at least one token.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<FeatureWeighting>))]
public enum FeatureWeighting
{
    /// <summary>v. The default.</summary>
    None,

    /// <summary>sign(v) · ln(1 + |v|): large activations and many repetitions count less.</summary>
    Log1p,

    /// <summary>v · (ln((1 + N) / (1 + n)) + 1), the smoothed inverse document frequency: latents that are active in most texts count less.</summary>
    Idf,

    /// <summary>Both: sign(v) · ln(1 + |v|) · (ln((1 + N) / (1 + n)) + 1).</summary>
    Log1pIdf,
}
