using RouteSae.Bundles;

namespace RouteSae.MLNet.Models;

/// <summary>What a transformer computes with.</summary>
/// <param name="Bundle">The bundle behind it.</param>
/// <param name="Featurizer">The network, shared by all transformers of this model.</param>
internal sealed record FeatureModel(FeatureBundle Bundle, SharedFeaturizer Featurizer)
{
    /// <summary>A readable name for each of the M features.</summary>
    public IReadOnlyList<string> FeatureNames => Bundle.Features.Names;

    /// <summary>The codes of texts already encoded; null where every text is computed anew.</summary>
    public CodesCache? Cache { get; init; }

    /// <summary>Tells the log of ML.NET.</summary>
    public Action<string> Warn { get; init; } = static _ => { };
}
