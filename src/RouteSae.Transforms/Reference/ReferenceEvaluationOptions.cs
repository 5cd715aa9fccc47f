using RouteSae.Autoencoders;
using RouteSae.Evaluation;

namespace RouteSae.Reference;

/// <summary>What the authors' evaluation program takes from its command line and its surroundings.</summary>
public sealed class ReferenceEvaluationOptions
{
    /// <summary>The metric. Default: <see cref="ReferenceMetric.NormalizedMse"/>.</summary>
    public ReferenceMetric Metric { get; set; } = ReferenceMetric.NormalizedMse;

    /// <summary>Replaces the autoencoder's activation function: <c>infer_k</c> or <c>theta</c>. Default: null.</summary>
    public CodeSelection? Selection { get; set; }

    /// <summary>Concerns RouteSAE alone. Default: <see cref="DecoderLayerResult.Tensor"/>, with which the program does what the paper says.</summary>
    public DecoderLayerResult LayerResult { get; set; } = DecoderLayerResult.Tensor;
}
