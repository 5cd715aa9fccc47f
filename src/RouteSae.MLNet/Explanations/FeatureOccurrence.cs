using RouteSae.Tokens;

namespace RouteSae.MLNet.Explanations;

/// <summary>A place in a text on which a feature fired.</summary>
/// <param name="Span">The characters (UTF-16) of the token.</param>
/// <param name="Activation">How strongly, above 0.</param>
public sealed record FeatureOccurrence(CharacterSpan Span, float Activation);
