using RouteSae.Autoencoders;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Training.Objectives;

/// <summary>
/// The normalised MSE of a ReLU, gated or JumpReLU autoencoder plus λ times its sparsity penalty.
/// </summary>
/// <remarks>
/// ReLU: mean |z| over tokens and latents. JumpReLU: the mean number of latents above θ; the reference counts in z, which has
/// already jumped, so that latents just below θ give it no gradient, Corrected counts in the pre-activations. Gated: the reference
/// takes mean |z|, which never trains the gate's bias; Corrected takes the mean of max(pre + b_gate, 0), and adds the error of
/// reconstructing x from these with the decoder held constant (Rajamanoharan et al., 2024, arXiv 2404.16014, section 3.2).
/// </remarks>
internal static class PenalizedObjective
{
    /// <summary>The loss of a batch. The caller owns its terms.</summary>
    /// <param name="autoencoder">ReLU, gated or JumpReLU.</param>
    /// <param name="x">What is encoded and to be reconstructed, [N, D].</param>
    /// <param name="penalty">λ.</param>
    public static ObjectiveTerms Evaluate(SparseAutoencoder autoencoder, Tensor x, SparsityPenalty penalty)
    {
        using var scope = NewDisposeScope();
        var preActivations = autoencoder.PreActivations(x);
        var codes = autoencoder.Activate(preActivations);
        var normalizedMse = NormalizedMse.Mean(autoencoder.DecodeDense(codes), x);
        var corrected = autoencoder.Architecture.Fidelity == Fidelity.Corrected;
        var terms = autoencoder switch
        {
            JumpReluAutoencoder jump => Terms(normalizedMse, jump.Step(corrected ? preActivations : codes).sum(1L).mean(), penalty, codes),
            GatedAutoencoder gated when corrected => Gated(gated, x, preActivations, normalizedMse, codes, penalty),
            _ => Terms(normalizedMse, codes.abs().mean(), penalty, codes),
        };
        return terms.MoveToOuterDisposeScope();
    }

    /// <summary>The loss with its penalty, in the caller's scope.</summary>
    public static ObjectiveTerms Terms(Tensor normalizedMse, Tensor sparsity, SparsityPenalty penalty, Tensor codes) =>
        new(normalizedMse + sparsity * penalty.Coefficient, normalizedMse) { Sparsity = sparsity, DenseCodes = codes };

    private static ObjectiveTerms Gated(
        GatedAutoencoder gated, Tensor x, Tensor preActivations, Tensor normalizedMse, Tensor codes, SparsityPenalty penalty)
    {
        var open = gated.GateActivations(preActivations);
        var fromGates = open.mm(gated.DecoderDirections.detach()) + gated.PreBias.detach();
        var auxiliary = NormalizedMse.Mean(fromGates, x);
        var terms = Terms(normalizedMse, open.mean(), penalty, codes);
        return terms with { Auxiliary = auxiliary, Total = terms.Total + auxiliary };
    }
}
