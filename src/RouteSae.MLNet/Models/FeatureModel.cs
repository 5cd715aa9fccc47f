using RouteSae.Features;
using RouteSae.Storage;

namespace RouteSae.MLNet.Models;

/// <summary>What a transformer featurises with: the names of the features, the network, and the bundle that is saved with the transformer.</summary>
/// <param name="Bundle">The bundle behind it.</param>
/// <param name="Featurizer">The network, shared by all transformers of this model.</param>
internal sealed record FeatureModel(FeatureBundle Bundle, SharedFeaturizer Featurizer)
{
    /// <summary>A readable name for each of the M features.</summary>
    public IReadOnlyList<string> FeatureNames => Bundle.Features.Names;
}
