using RouteSae.Tokens;

namespace RouteSae.Features;

/// <summary>A token of <see cref="TextCodes"/>.</summary>
/// <param name="Id">Its number in the vocabulary.</param>
/// <param name="Span">Where it stands in the text.</param>
/// <param name="HiddenState">The hidden state that the router chose for it, or that is read where there is no router.</param>
/// <param name="Probability">The router's probability of <paramref name="HiddenState"/>, 0 to 1; 1 where there is no router.</param>
public readonly record struct TextCodesToken(int Id, CharacterSpan Span, int HiddenState, float Probability);
