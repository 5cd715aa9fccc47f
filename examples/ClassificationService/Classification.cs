namespace ClassificationService;

/// <summary>What the model says of one text.</summary>
/// <param name="Label">The most probable class.</param>
/// <param name="Classes">All classes, the most probable first.</param>
public sealed record Classification(string Label, IReadOnlyList<ClassProbability> Classes)
{
    public static Classification Of(Verdict verdict) => new(
        verdict.PredictedLabel,
        [.. verdict.ClassNames.Zip(verdict.Score, (name, score) => new ClassProbability(name, score)).OrderByDescending(c => c.Probability)]);
}
