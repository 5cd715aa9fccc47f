using RouteSae.Autoencoders;
using RouteSae.LanguageModels;

namespace RouteSae.Evaluation;

/// <summary>Finds what would fail in the middle of an evaluation.</summary>
internal static class EvaluationCheck
{
    /// <summary>Why these two cannot be evaluated together, in sentences.</summary>
    public static IEnumerable<string> Problems(DecoderModel languageModel, AutoencoderModel autoencoder, bool downstream)
    {
        var config = languageModel.Config;
        if (autoencoder.HiddenSize != config.HiddenSize)
            yield return $"The autoencoder's hidden size is {autoencoder.HiddenSize}, but the language model's hidden states have {config.HiddenSize} values.";
        foreach (var index in autoencoder.HiddenStates.Where(index => index > languageModel.LastHiddenState))
            yield return $"The autoencoder reads hidden state {index}, but the language model has or was loaded with 0 to {languageModel.LastHiddenState} only.";
        if (downstream && languageModel.Head is null)
            yield return NoHead(languageModel);
        else if (downstream && autoencoder.HiddenStates.Contains(config.LayerCount))
            yield return $"Hidden state {config.LayerCount} is after the final norm and cannot be replaced. Evaluate the reconstruction alone, or an autoencoder of lower hidden states.";
    }

    /// <summary>Why the authors' program cannot compute this metric for these two, in sentences.</summary>
    public static IEnumerable<string> ReferenceProblems(DecoderModel languageModel, AutoencoderModel autoencoder, ReferenceMetric metric)
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
        foreach (var problem in Problems(languageModel, autoencoder, downstream && autoencoder is not MultiLayerModel))
            yield return problem;
        if (autoencoder is MultiLayerModel && downstream && languageModel.Head is null)
            yield return NoHead(languageModel);
    }

    private static string NoHead(DecoderModel languageModel) =>
        $"The language model was loaded up to hidden state {languageModel.LastHiddenState}, without the output head. Load it whole, or evaluate the reconstruction alone.";
}
