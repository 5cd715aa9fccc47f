using RouteSae.Autoencoders;
using RouteSae.Native;
using static TorchSharp.torch;

namespace RouteSae.Training.Objectives;

/// <summary>
/// What the training of a RouteSAE minimises. Reference: the normalised MSE between x̂ and x = p·x*, with gradients through both.
/// Corrected: the same with x held constant as the target (or what <see cref="RouterTarget"/> says), plus load balance, the
/// router's entropy and AuxK.
/// </summary>
internal sealed class RouteSaeObjective(RouteSaeModel model, AutoencoderTrainerOptions options) : ITrainingObjective
{
    private bool Corrected => model.Architecture.Fidelity == Fidelity.Corrected;

    /// <inheritdoc/>
    public LossTerms Evaluate(IReadOnlyList<Tensor> hiddenStates, Tensor? deadLatents = null, long firstToken = 0)
    {
        TorchRuntime.UseThreads();
        using var scope = NewDisposeScope();
        var routed = model.Route(hiddenStates);
        var target = model.Architecture.LearnsFromTarget ? routed.X : routed.X.detach();
        var terms = model.Autoencoder.Loss(options.LossOf(model.Autoencoder, routed.X, target, deadLatents)) with { Routed = routed };
        if (Corrected && options.LoadBalanceCoefficient > 0)
        {
            var loadBalance = LoadBalance.Loss(routed);
            terms = terms with { LoadBalance = loadBalance, Total = terms.Total + loadBalance * options.LoadBalanceCoefficient };
        }
        if (Corrected && options.RouterEntropyCoefficient != 0)
            terms = terms with { Total = terms.Total + RouterEntropy.Mean(routed) * options.RouterEntropyCoefficient };
        return terms.MoveToOuterDisposeScope();
    }
}
