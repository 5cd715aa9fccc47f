using RouteSae.Autoencoders;

namespace RouteSae.Published;

/// <summary>
/// What an autoencoder of SAELens reads of Hugging Face's hidden state. TransformerLens, when it centres the writing weights of a model
/// with LayerNorm, takes from every residual activation its mean over D and leaves all else as it is; models with RMSNorm it does not centre.
/// </summary>
internal static class SaeLensScaling
{
    /// <exception cref="ArgumentException">An option contradicts the file.</exception>
    /// <exception cref="PublishedFormatException">The scaling cannot be known, or is none of ours.</exception>
    public static HiddenStateScaling Of(SaeLensConfig config, PublishedAutoencoderOptions options)
    {
        if (config.OwnScaling is { } own)
            return Own(own, config, options);

        // A layer norm takes the mean off by itself.
        if (config.Normalization == SaeLensNormalization.LayerNorm)
            return HiddenStateScaling.LayerNorm;
        var centered = IsCentered(config, options);
        return config.Normalization == SaeLensNormalization.ConstantNorm
            ? centered ? HiddenStateScaling.CenteredConstantNorm : HiddenStateScaling.ConstantNorm
            : centered ? HiddenStateScaling.Centered : HiddenStateScaling.None;
    }

    private static HiddenStateScaling Own(string name, SaeLensConfig config, PublishedAutoencoderOptions options)
    {
        if (!Enum.TryParse<HiddenStateScaling>(name, out var scaling) || !Enum.IsDefined(scaling) || scaling == HiddenStateScaling.PerLayer)
            throw new PublishedFormatException($"{config.Location}: {SaeLensWriter.ScalingField} is '{name}', which no autoencoder of one hidden state has.");
        bool? centers = scaling switch
        {
            HiddenStateScaling.Centered or HiddenStateScaling.CenteredConstantNorm => true,
            HiddenStateScaling.None or HiddenStateScaling.ConstantNorm => false,
            _ => null, // takes the mean off by itself
        };
        return options.CenterHiddenStates is not { } said || said == (centers ?? said)
            ? scaling
            : throw new ArgumentException(
                $"CenterHiddenStates is {said}, but by {config.Location} ({SaeLensWriter.ScalingField}) the autoencoder reads hidden states {(said ? "as they are" : "less their mean")}: its scaling is {scaling}.", nameof(options));
    }

    private static bool IsCentered(SaeLensConfig config, PublishedAutoencoderOptions options)
    {
        if (options.CenterHiddenStates is { } said)
            return said;
        if (!config.FromTransformerLens || !(config.CentersWritingWeights ?? !config.HasModelArguments))
            return false;
        if (options.LanguageModelFolder is { } folder)
            return !LanguageModelFacts.HasRootMeanSquareNorm(folder);
        var reason = config.CentersWritingWeights is null ? "does not deny it, and it is TransformerLens's default" : "says so";
        throw new PublishedFormatException(
            $"{config.Location}: whether the hidden states of {config.LanguageModel ?? "the language model"} are read less their mean depends on its norm: TransformerLens centres models with LayerNorm, and this file {reason}. "
            + $"Set {nameof(PublishedAutoencoderOptions.LanguageModelFolder)}, or {nameof(PublishedAutoencoderOptions.CenterHiddenStates)} if you know.");
    }
}
