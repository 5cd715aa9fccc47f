using RouteSae.Autoencoders;
using RouteSae.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Training.Objectives;

/// <summary>What the training of an autoencoder without a router minimises: the normalised MSE of what its rule reads, and what makes its codes sparse.</summary>
internal sealed class FixedLayersObjective(FixedLayersModel model, AutoencoderTrainerOptions options, SparsityPenalty penalty) : ITrainingObjective
{
    /// <inheritdoc/>
    public ObjectiveTerms Evaluate(IReadOnlyList<Tensor> hiddenStates, Tensor? deadLatents = null, long firstToken = 0)
    {
        TorchRuntime.UseThreads();
        using var scope = NewDisposeScope();
        var x = model.Read(hiddenStates, firstToken).X;
        var terms = model.Autoencoder is TopKAutoencoder topK
            ? TopKObjective.Evaluate(topK, x, x, deadLatents, options)
            : PenalizedObjective.Evaluate(model.Autoencoder, x, penalty);
        return terms.MoveToOuterDisposeScope();
    }
}
