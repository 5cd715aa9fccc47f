using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Training;

/// <summary>The training loss of a batch and its parts. Owns its tensors.</summary>
/// <param name="Total">The scalar that is minimised.</param>
/// <param name="NormalizedMse">The reconstruction error, a scalar.</param>
/// <param name="LoadBalance">The load-balance loss before its coefficient; null where it is not part of the total.</param>
/// <param name="Auxiliary">The loss of the dead latents before its coefficient; null where it is not part of the total.</param>
/// <param name="Routed">How the tokens were routed.</param>
/// <param name="Codes">Their codes.</param>
public sealed record ObjectiveTerms(
    Tensor Total, Tensor NormalizedMse, Tensor? LoadBalance, Tensor? Auxiliary, RoutedActivations Routed, SparseCodes Codes) : IDisposable
{
    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Total.Dispose();
        NormalizedMse.Dispose();
        LoadBalance?.Dispose();
        Auxiliary?.Dispose();
        Routed.Dispose();
        Codes.Dispose();
    }
}
