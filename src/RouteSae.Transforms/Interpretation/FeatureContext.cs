namespace RouteSae.Interpretation;

/// <summary>A stretch of text in which a latent fires.</summary>
/// <param name="Text">The text, with the token on which the latent fires between <c>&lt;ACTIVATED&gt;</c> and <c>&lt;/ACTIVATED&gt;</c>.</param>
/// <param name="Activation">The activation there.</param>
public sealed record FeatureContext(string Text, float Activation);
