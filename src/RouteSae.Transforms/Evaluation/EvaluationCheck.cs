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

    /// <summary>The problem of a language model without its output head, in a sentence.</summary>
    public static string NoHead(DecoderModel languageModel) =>
        $"The language model was loaded up to hidden state {languageModel.LastHiddenState}, without the output head. Load it whole, or evaluate the reconstruction alone.";
}
