namespace RouteSae.LanguageModels;

/// <summary>The nonlinearity of a feed-forward layer.</summary>
public enum ActivationKind
{
    /// <summary>x · sigmoid(x).</summary>
    Silu,

    /// <summary>x · Φ(x), with the normal distribution's Φ.</summary>
    Gelu,

    /// <summary>0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))).</summary>
    GeluTanh,

    /// <summary>x · sigmoid(1.702 x).</summary>
    GeluSigmoid,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>max(x, 0)².</summary>
    ReluSquared,

    /// <summary>tanh(x).</summary>
    Tanh,
}
