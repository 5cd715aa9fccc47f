using Microsoft.ML;

namespace RouteSae.MLNet.Experiments;

/// <summary>A trainer of a trial.</summary>
/// <param name="Name">Its name in the results.</param>
/// <param name="Create">Makes it, given the trial's context, the label column and the feature column.</param>
internal sealed record NamedTrainer(string Name, Func<MLContext, string, string, IEstimator<ITransformer>> Create);
