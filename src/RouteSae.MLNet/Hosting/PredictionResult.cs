using RouteSae.MLNet.Explanations;

namespace RouteSae.MLNet.Hosting;

/// <summary>The answer to one request.</summary>
internal sealed record PredictionResult<TOutput>(TOutput Output, DecisionExplanation? Explanation);
