namespace RouteSae.Autoencoders;

/// <summary>How a hidden state h becomes the activation x that an autoencoder reads, and its reconstruction a hidden state again. m is the mean of h over D.</summary>
/// <remarks>A router knows <see cref="PerToken"/> and <see cref="PerLayer"/>; an autoencoder without a router all but <see cref="PerLayer"/>.</remarks>
public enum HiddenStateScaling
{
    /// <summary>Each token by itself: <see cref="Standardization"/>, the paper's.</summary>
    PerToken,

    /// <summary>xᵢ = (hᵢ − mᵢ) / sᵢ with a mean mᵢ [D] and one scale sᵢ for each hidden state, measured on the first batch of training: keeps what distinguishes tokens in mean and length.</summary>
    PerLayer,

    /// <summary>x = h.</summary>
    None,

    /// <summary>x = h − m; back: x̂ + m. What TransformerLens makes of the residual stream of a model with LayerNorm when it centres the writing weights.</summary>
    Centered,

    /// <summary>x = h √D / ‖h‖; back: x̂ ‖h‖ / √D. SAELens's <c>constant_norm_rescale</c>.</summary>
    ConstantNorm,

    /// <summary>x = (h − m) √D / ‖h − m‖; back: x̂ ‖h − m‖ / √D + m: <see cref="ConstantNorm"/> of the centred residual stream.</summary>
    CenteredConstantNorm,

    /// <summary>x = (h − m) / (std + 1e-5), unbiased std; back: x̂ · std + m. SAELens's <c>layer_norm</c>.</summary>
    LayerNorm,
}
