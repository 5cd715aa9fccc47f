using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>Standardised hidden states, with what is needed to go back: h = x · (std + 1e-6) + mean. Owns its tensors.</summary>
/// <param name="Values">x, [..., D].</param>
/// <param name="Mean">[..., 1].</param>
/// <param name="StandardDeviation">[..., 1], unbiased.</param>
public sealed record StandardizedActivations(Tensor Values, Tensor Mean, Tensor StandardDeviation) : IDisposable
{
    /// <summary>Frees the three tensors.</summary>
    public void Dispose()
    {
        Values.Dispose();
        Mean.Dispose();
        StandardDeviation.Dispose();
    }
}
