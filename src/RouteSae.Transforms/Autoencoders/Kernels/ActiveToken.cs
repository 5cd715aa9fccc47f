namespace RouteSae.Autoencoders.Kernels;

/// <summary>A token on which a latent is active.</summary>
/// <param name="Token">Its row.</param>
/// <param name="Value">z.</param>
/// <param name="Gradient">∂/∂z.</param>
internal readonly record struct ActiveToken(int Token, float Value, float Gradient);
