namespace ClassificationService;

/// <summary>A class of the model.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Probability">How probable the model finds it, 0 to 1.</param>
public sealed record ClassProbability(string Label, float Probability);
