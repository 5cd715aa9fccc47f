using RouteSae.Features;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet;

/// <summary>What a slot of the feature column holds.</summary>
/// <param name="Latent">The latent, 0 to M − 1: an index into <see cref="RouteSaeTransformer.FeatureNames"/>.</param>
/// <param name="Pooling">How its activations on a text's tokens became one value.</param>
public readonly record struct FeatureSlot(int Latent, Pooling Pooling);
