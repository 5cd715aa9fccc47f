namespace RouteSae.Autoencoders;

/// <summary>How hidden states of all layers are brought to one scale.</summary>
public enum HiddenStateScaling
{
    /// <summary>Each token by itself: <see cref="Standardization"/>, the paper's.</summary>
    PerToken,

    /// <summary>xᵢ = (hᵢ − mᵢ) / sᵢ with a mean mᵢ [D] and one scale sᵢ for each hidden state, measured on the first batch of training: keeps what distinguishes tokens in mean and length.</summary>
    PerLayer,
}
