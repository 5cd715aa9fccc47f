using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Training.Objectives;

/// <summary>The training loss of a batch and its parts. Owns its tensors.</summary>
/// <param name="Total">The scalar that is minimised.</param>
/// <param name="NormalizedMse">The reconstruction error, a scalar.</param>
internal sealed record ObjectiveTerms(Tensor Total, Tensor NormalizedMse) : IDisposable
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

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (var tensor in Tensors)
            tensor.Dispose();
    }

    internal ObjectiveTerms MoveToOuterDisposeScope()
    {
        foreach (var tensor in Tensors)
            tensor.MoveToOuterDisposeScope();
        return this;
    }
}
