namespace RouteSae.Interpretation;

/// <summary>The contexts of an interpretable latent.</summary>
/// <param name="Latent">The latent, 0 to M − 1.</param>
/// <param name="TokenClasses">What it fires on, ordered by the classes' code points.</param>
public sealed record LatentContexts(int Latent, IReadOnlyList<TokenClassContexts> TokenClasses);
