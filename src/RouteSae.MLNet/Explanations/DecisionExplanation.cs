namespace RouteSae.MLNet.Explanations;

/// <summary>Why a model over named features decided on a row as it did.</summary>
/// <param name="Classes">
/// The classes in the order of the scores. A binary classifier has one, <c>True</c>, and a regression one, <c>Score</c>.
/// </param>
/// <param name="Scores">The model's scores, one a class.</param>
/// <param name="Features">
/// The features that moved the best class most, for or against it, the strongest first. When the predictor is not linear: the features
/// with the largest values.
/// </param>
/// <param name="Truncated">Whether a text had more tokens than the network reads; the rest did not count.</param>
public sealed record DecisionExplanation(
    IReadOnlyList<string> Classes, IReadOnlyList<float> Scores, IReadOnlyList<FeatureContribution> Features, bool Truncated)
{
    /// <summary>What the contributions add up to: the scores, or their logarithms.</summary>
    public ContributionScale Scale { get; init; }
}
