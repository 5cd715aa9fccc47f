using RouteSae.Autoencoders;
using RouteSae.Native;
using static TorchSharp.torch;

namespace RouteSae.Training.Objectives;

/// <summary>What the training of a crosscoder minimises: the normalised MSE, averaged over tokens and hidden states, plus λ · mean |z|.</summary>
internal sealed class CrosscoderObjective(CrosscoderModel model, SparsityPenalty penalty) : ITrainingObjective
{
    /// <inheritdoc/>
    public LossTerms Evaluate(IReadOnlyList<Tensor> hiddenStates, Tensor? deadLatents = null, long firstToken = 0)
    {
        TorchRuntime.UseThreads();
        using var scope = NewDisposeScope();
        var x = model.Inputs(hiddenStates);
        var codes = model.Activate(model.PreActivations(x));
        var errors = model.DecodeDense(codes).Zip(x, NormalizedMse.Mean).ToArray();
        return LossTerms.Penalized(stack(errors).mean(), codes.abs().mean(), penalty.Coefficient, codes).MoveToOuterDisposeScope();
    }
}
