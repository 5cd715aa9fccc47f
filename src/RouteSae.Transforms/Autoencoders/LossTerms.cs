using RouteSae.Autoencoders.Kinds;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>The training loss of a batch and its parts. Owns its tensors.</summary>
/// <param name="Total">The scalar that is minimised.</param>
/// <param name="NormalizedMse">The reconstruction error, a scalar.</param>
public sealed record LossTerms(Tensor Total, Tensor NormalizedMse) : IDisposable
{
    /// <summary>The load-balance loss before its coefficient; null where it is not part of the total.</summary>
    public Tensor? LoadBalance { get; init; }

    /// <summary>The loss of the dead latents, or of a gate, before its coefficient; null where it is not part of the total.</summary>
    public Tensor? Auxiliary { get; init; }

    /// <summary>The sparsity penalty before its coefficient; null where it is not part of the total.</summary>
    public Tensor? Sparsity { get; init; }

    /// <summary>How the tokens were routed; null where no router chooses.</summary>
    public RoutedActivations? Routed { get; init; }

    /// <summary>The codes, where they are sparse.</summary>
    public SparseCodes? Codes { get; init; }

    /// <summary>The codes, where they are dense, [N, M].</summary>
    public Tensor? DenseCodes { get; init; }

    private IEnumerable<Tensor> Tensors => new[]
    {
        Total, NormalizedMse, LoadBalance, Auxiliary, Sparsity, Routed?.X, Routed?.Probabilities, Routed?.Chosen, Codes?.Indices, Codes?.Values, DenseCodes,
    }.OfType<Tensor>();

    /// <summary>A loss with a sparsity penalty, in the caller's scope.</summary>
    /// <param name="normalizedMse">The reconstruction error, a scalar.</param>
    /// <param name="sparsity">The penalty before λ, a scalar.</param>
    /// <param name="coefficient">λ.</param>
    /// <param name="codes">The dense codes, [N, M].</param>
    public static LossTerms Penalized(Tensor normalizedMse, Tensor sparsity, double coefficient, Tensor codes) =>
        new(normalizedMse + sparsity * coefficient, normalizedMse) { Sparsity = sparsity, DenseCodes = codes };

    /// <summary>The same with the dead latents' loss, where the request asks for it, in the caller's scope.</summary>
    internal LossTerms WithAuxiliary(SparseAutoencoder autoencoder, LossRequest request, Tensor reconstruction)
    {
        if (!request.RevivesLatents)
        {
            return this;
        }

        var auxiliary = AuxiliaryLoss.Loss(autoencoder, request.Target, reconstruction, request.DeadLatents!, request.AuxiliaryLatents);
        return this with { Auxiliary = auxiliary, Total = Total + auxiliary * request.AuxiliaryCoefficient };
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (var tensor in Tensors)
            tensor.Dispose();
    }

    /// <summary>Lets the tensors outlive the innermost dispose scope.</summary>
    public LossTerms MoveToOuterDisposeScope()
    {
        foreach (var tensor in Tensors)
            tensor.MoveToOuterDisposeScope();
        return this;
    }
}
