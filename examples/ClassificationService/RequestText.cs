namespace ClassificationService;

/// <summary>The body of a request for an explanation.</summary>
/// <param name="Text">The text.</param>
public sealed record RequestText(string Text);
