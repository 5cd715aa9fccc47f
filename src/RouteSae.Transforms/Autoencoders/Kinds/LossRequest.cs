using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Kinds;

/// <summary>What the loss of a batch is computed from.</summary>
/// <param name="X">What is encoded, [N, D].</param>
/// <param name="Target">What is to be reconstructed, [N, D].</param>
public sealed record LossRequest(Tensor X, Tensor Target)
{
    /// <summary>λ, the weight of the sparsity penalty. Default 0.</summary>
    public double SparsityCoefficient { get; init; }

    /// <summary>The latents that have not fired for a while, I64 [dead]; null or empty when there are none.</summary>
    public Tensor? DeadLatents { get; init; }

    /// <summary>Weight of the dead latents' loss (<see cref="AuxiliaryLoss"/>); 0 switches it off. Default 0.</summary>
    public double AuxiliaryCoefficient { get; init; }

    /// <summary>How many dead latents may take part in the reconstruction of a token's error. Default 1.</summary>
    public int AuxiliaryLatents { get; init; } = 1;

    /// <summary>Whether dead latents get a loss of their own.</summary>
    internal bool RevivesLatents => AuxiliaryCoefficient > 0 && DeadLatents?.shape[0] > 0;
}
