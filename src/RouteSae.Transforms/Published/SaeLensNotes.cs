using RouteSae.Autoencoders;

namespace RouteSae.Published;

/// <summary>What a reader of a SAELens folder has to know beside the model.</summary>
internal static class SaeLensNotes
{
    /// <exception cref="ArgumentException">An option contradicts the file, or makes no sense for it.</exception>
    /// <exception cref="PublishedFormatException">The language model's embeddings are not its hidden state 0.</exception>
    public static void CheckOptions(SaeLensConfig config, PublishedAutoencoderOptions options)
    {
        if (options.HiddenState is { } hiddenState && hiddenState != config.HiddenState)
            throw new ArgumentException($"HiddenState is {hiddenState}, but by {config.Location} the autoencoder reads hidden state {config.HiddenState}.", nameof(options));
        if (options.ActivationScale is { } scale && !(scale > 0 && double.IsFinite(scale)))
            throw new ArgumentException($"ActivationScale is {scale}; it must be above 0.", nameof(options));
        if (options.ActivationScale is not null && config.Normalization != SaeLensNormalization.ExpectedAverage)
            throw new ArgumentException($"ActivationScale is for normalize_activations = expected_average_only_in, which {config.Location} does not say.", nameof(options));
        if (config.ReadsTokenEmbeddings && options.LanguageModelFolder is { } folder && LanguageModelFacts.HasPositionEmbeddings(folder))
        {
            throw new PublishedFormatException(
                $"{config.Location}: {SaeLensHook.Embeddings} is not a hidden state of this language model, whose hidden state 0 has position embeddings added.");
        }
    }

    /// <summary>What to check, in sentences.</summary>
    public static IReadOnlyList<string> Of(SaeLensConfig config, PublishedAutoencoderOptions options, HiddenStateScaling scaling)
    {
        var notes = new List<string>();
        if (config.Normalization == SaeLensNormalization.ExpectedAverage && options.ActivationScale is null)
        {
            notes.Add(
                "normalize_activations is expected_average_only_in: if the factor of the training is not folded into the weights yet, set ActivationScale to it. "
                + "SAELens keeps it in activation_scaler.json or in its list of releases (norm_scaling_factor).");
        }

        if (config.HasEmptyModelArguments && config.OwnScaling is null && options.CenterHiddenStates is null
            && scaling is HiddenStateScaling.Centered or HiddenStateScaling.CenteredConstantNorm)
        {
            notes.Add(
                "model_from_pretrained_kwargs is empty, and hidden states are read less their mean, as SAELens gave them before September 2024; since then it has the language model "
                + "without processing. Set CenterHiddenStates: true if it was trained before, false if later. When that is not known, the value that reconstructs better is right.");
        }

        if (!config.IsSinglePrecision)
            notes.Add("SAELens computes this autoencoder in another type than float32, in which it is computed here: codes differ by that rounding.");
        if (config.ReadsTokenEmbeddings && options.LanguageModelFolder is null)
            notes.Add($"{SaeLensHook.Embeddings} is hidden state 0 only of a language model that adds no position embeddings; GPT-2 and OPT do.");
        if (config.ReadsSomePositions)
            notes.Add("It was trained on some positions of its texts only (seqpos_slice); here it reads all of them.");
        return notes;
    }
}
