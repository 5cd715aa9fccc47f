namespace ClassificationService;

/// <summary>The body of a request: <c>{ "text": "…" }</c>, or <c>{ "texts": ["…", "…"] }</c> for several.</summary>
/// <param name="Text">One text.</param>
/// <param name="Texts">Several texts.</param>
public sealed record RequestTexts(string? Text, IReadOnlyList<string>? Texts);
