using RouteSae.MLNet.Explanations;

namespace RouteSae.MLNet.Hosting;

/// <summary>A prediction with the features behind it.</summary>
/// <typeparam name="TOutput">The type of the prediction.</typeparam>
/// <param name="Prediction">What the model says.</param>
/// <param name="Explanation">Why.</param>
public sealed record ExplainedPrediction<TOutput>(TOutput Prediction, DecisionExplanation Explanation);
