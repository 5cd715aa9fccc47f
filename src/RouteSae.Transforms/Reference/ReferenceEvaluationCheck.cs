using RouteSae.Autoencoders;
using RouteSae.Evaluation;
using RouteSae.LanguageModels;

namespace RouteSae.Reference;

/// <summary>Finds what the authors' program cannot evaluate.</summary>
internal static class ReferenceEvaluationCheck
{
    /// <summary>Why the authors' program cannot compute this metric for these two, in sentences.</summary>
    public static IEnumerable<string> Problems(DecoderModel languageModel, AutoencoderModel autoencoder, ReferenceMetric metric)
    {
        var downstream = metric != ReferenceMetric.NormalizedMse;
        if (autoencoder.Fidelity != Fidelity.Reference)
            yield return "The autoencoder computes with Fidelity.Corrected, which the authors' program does not. Load it with Fidelity.Reference, or use AutoencoderEvaluator.";
        if (downstream && autoencoder is RouteSaeModel { Architecture.Mode: RoutingMode.Soft })
            yield return $"The reference has no {metric} for soft routing: a mixture of hidden states cannot take the place of one. Use {ReferenceMetric.NormalizedMse}.";
        if (downstream && autoencoder is CrosscoderModel)
            yield return $"The reference has no {metric} for crosscoders. Use {ReferenceMetric.NormalizedMse}, or AutoencoderEvaluator.";
        if (autoencoder is MultiLayerModel && metric is ReferenceMetric.DeltaCrossEntropy or ReferenceMetric.LossRecovered)
            yield return $"The reference has no {metric} for MLSAE. Use {ReferenceMetric.NormalizedMse} or {ReferenceMetric.KlDivergence}, or AutoencoderEvaluator.";
        // Its MLSAE hooks are in other places than what it reads, so that the last hidden state may be among those.
        foreach (var problem in EvaluationCheck.Problems(languageModel, autoencoder, downstream && autoencoder is not MultiLayerModel))
            yield return problem;
        if (autoencoder is MultiLayerModel && downstream && languageModel.Head is null)
            yield return EvaluationCheck.NoHead(languageModel);
    }
}
