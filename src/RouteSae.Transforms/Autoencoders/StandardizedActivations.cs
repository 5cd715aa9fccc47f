using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>Standardised hidden states, with what is needed to go back: h = x · (std + 1e-6) + mean. Owns its tensors.</summary>
/// <param name="Values">x, [..., D].</param>
/// <param name="Mean">[..., 1].</param>
/// <param name="StandardDeviation">[..., 1], unbiased.</param>
public sealed record StandardizedActivations(Tensor Values, Tensor Mean, Tensor StandardDeviation) : IDisposable
{
    /// <summary>Back to the scale of the raw hidden states. The caller owns the result.</summary>
    /// <param name="x">A reconstruction of <see cref="Values"/>, [..., D].</param>
    /// <param name="fidelity">Reference multiplies by std although std + 1e-6 was divided by.</param>
    internal Tensor Undo(Tensor x, Fidelity fidelity)
    {
        using var scope = NewDisposeScope();
        var scale = fidelity == Fidelity.Reference ? StandardDeviation : StandardDeviation + Standardization.Epsilon;
        return (x * scale + Mean).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the three tensors.</summary>
    public void Dispose()
    {
        Values.Dispose();
        Mean.Dispose();
        StandardDeviation.Dispose();
    }
}
