namespace RouteSae.Interpretation;

/// <summary>The strongest contexts in which a latent fires on tokens of one class.</summary>
/// <param name="TokenClass">The tokens' spelling in the vocabulary, without white space at the ends, in lower case: <c>ġolympics</c>.</param>
/// <param name="Contexts">The contexts, the strongest first.</param>
public sealed record TokenClassContexts(string TokenClass, IReadOnlyList<FeatureContext> Contexts);
