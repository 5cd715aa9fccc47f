namespace ClassificationService;

/// <summary>The answer to <c>/classify</c>.</summary>
/// <param name="Results">One for each text, in the order of the request.</param>
public sealed record Classifications(IReadOnlyList<Classification> Results);
