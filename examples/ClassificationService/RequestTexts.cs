namespace ClassificationService;

/// <summary>The body of a request: <c>{ "text": "…" }</c>, or <c>{ "texts": ["…", "…"] }</c> for several. One of the two is there; null counts as absent.</summary>
/// <param name="Text">One text.</param>
/// <param name="Texts">Several texts.</param>
public sealed record RequestTexts(string? Text = null, IReadOnlyList<string>? Texts = null);
