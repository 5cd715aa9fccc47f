using RouteSae.Autoencoders;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Training.Objectives;

/// <summary>The normalised MSE of a TopK autoencoder, and with Corrected the dead latents' loss.</summary>
internal static class TopKObjective
{
    /// <summary>The loss of a batch. The caller owns its terms.</summary>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="x">What is encoded, [N, D].</param>
    /// <param name="target">What is to be reconstructed, [N, D].</param>
    /// <param name="deadLatents">I64 [dead]; null or empty when none is dead.</param>
    /// <param name="options">Coefficient and number of latents of AuxK.</param>
    public static ObjectiveTerms Evaluate(TopKAutoencoder autoencoder, Tensor x, Tensor target, Tensor? deadLatents, AutoencoderTrainerOptions options)
    {
        using var scope = NewDisposeScope();
        var codes = autoencoder.Encode(x);
        var reconstruction = autoencoder.Decode(codes);
        var normalizedMse = NormalizedMse.Mean(reconstruction, target);
        var terms = new ObjectiveTerms(normalizedMse.alias(), normalizedMse) { Codes = codes };
        if (autoencoder.Architecture.Fidelity == Fidelity.Corrected && options.AuxiliaryCoefficient > 0 && deadLatents?.shape[0] > 0)
        {
            var auxiliary = AuxiliaryLoss.Loss(autoencoder, target, reconstruction, deadLatents, options.AuxiliaryLatentsOf(autoencoder.Architecture));
            terms = terms with { Auxiliary = auxiliary, Total = terms.Total + auxiliary * options.AuxiliaryCoefficient };
        }
        return terms.MoveToOuterDisposeScope();
    }
}
