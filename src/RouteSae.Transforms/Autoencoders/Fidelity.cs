namespace RouteSae.Autoencoders;

/// <summary>Which of two behaviours applies where the published implementation differs from what is right. docs/fidelity.md lists every difference.</summary>
public enum Fidelity
{
    /// <summary>The default: padding is masked, a feature that fires is positive, the loss cannot be lowered through its own target.</summary>
    Corrected,

    /// <summary>Reproduces the authors' code to float precision, faults included.</summary>
    Reference,
}
