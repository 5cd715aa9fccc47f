namespace RouteSae.Published;

/// <summary>What the folder of a published autoencoder may not tell.</summary>
public sealed class PublishedAutoencoderOptions
{
    /// <summary>
    /// The folder of the language model that the autoencoder is for, with <c>config.json</c>: tells whether TransformerLens centred its residual
    /// stream, and whether it has position embeddings. Default null: an error asks for it where that matters.
    /// </summary>
    public string? LanguageModelFolder { get; set; }

    /// <summary>
    /// Whether the autoencoder reads hidden states less their mean (<see cref="Autoencoders.HiddenStateScaling.Centered"/>). Default null: what
    /// <c>cfg.json</c> and the language model's norm say. SAELens folders only.
    /// </summary>
    public bool? CenterHiddenStates { get; set; }

    /// <summary>The hidden state that is read, Hugging Face's numbering, for a sparsify folder that is not named after its module. Default null: by the folder's name.</summary>
    public int? HiddenState { get; set; }

    /// <summary>
    /// The factor by which hidden states were multiplied in training with SAELens's <c>expected_average_only_in</c>, where it is not yet folded into the weights.
    /// Folded into them here. Default null: 1, as SAELens itself reads such a folder.
    /// </summary>
    public double? ActivationScale { get; set; }
}
