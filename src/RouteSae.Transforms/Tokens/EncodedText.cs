namespace RouteSae.Tokens;

/// <summary>The tokens of a text and where each stands in it.</summary>
/// <param name="Ids">Token ids, in the order of the text.</param>
/// <param name="Spans">
/// For each id its characters in the original text; starts and ends never decrease. Tokens that share one
/// character, such as the bytes of an emoji, all carry the span of that character. Special tokens, and a space
/// that the tokenizer itself puts before the text, have an empty span.
/// </param>
public sealed record EncodedText(IReadOnlyList<int> Ids, IReadOnlyList<CharacterSpan> Spans);
