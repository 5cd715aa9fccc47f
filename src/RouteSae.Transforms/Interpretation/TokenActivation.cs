namespace RouteSae.Interpretation;

/// <summary>One latent's activation on one token.</summary>
/// <param name="Token">The token's place among the real tokens of its batch.</param>
/// <param name="Latent">The latent.</param>
/// <param name="Value">Its activation.</param>
internal readonly record struct TokenActivation(int Token, int Latent, float Value);
