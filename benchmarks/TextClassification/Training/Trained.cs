namespace RouteSae.ClassificationBenchmark;

/// <summary>A classifier's predictions for the test rows of a fold, and what it was.</summary>
/// <param name="Predictions">The predictions, in the order of the fold's test rows.</param>
/// <param name="Choice">What was chosen; null for the majority class.</param>
/// <param name="L2Unscaled">λ on the features before the last division.</param>
/// <param name="Features">The number of features.</param>
/// <param name="ActiveFeatures">How many of them a test text has, on average.</param>
internal sealed record Trained(Predictions Predictions, ModelChoice? Choice, double? L2Unscaled, int Features, double ActiveFeatures);
