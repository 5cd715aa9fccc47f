namespace RouteSae.Features;

/// <summary>A latent that is active on a token.</summary>
/// <param name="Latent">The latent, 0 to M - 1.</param>
/// <param name="Value">Its activation, above 0.</param>
public readonly record struct ActiveFeature(int Latent, float Value);
