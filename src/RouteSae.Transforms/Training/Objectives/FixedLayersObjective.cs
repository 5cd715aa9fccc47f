using RouteSae.Autoencoders;
using RouteSae.Native;
using static TorchSharp.torch;

namespace RouteSae.Training.Objectives;

/// <summary>What the training of an autoencoder without a router minimises: the loss of its kind on what its rule reads.</summary>
internal sealed class FixedLayersObjective(FixedLayersModel model, AutoencoderTrainerOptions options, SparsityPenalty penalty) : ITrainingObjective
{
    /// <inheritdoc/>
    public LossTerms Evaluate(IReadOnlyList<Tensor> hiddenStates, Tensor? deadLatents = null, long firstToken = 0)
    {
        TorchRuntime.UseThreads();
        using var scope = NewDisposeScope();
        var x = model.Read(hiddenStates, firstToken).X;
        var request = options.LossOf(model.Autoencoder, x, x, deadLatents) with { SparsityCoefficient = penalty.Coefficient };
        return model.Autoencoder.Loss(request).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void StepTaken(LossTerms terms) => model.Autoencoder.StepTaken(terms);
}
