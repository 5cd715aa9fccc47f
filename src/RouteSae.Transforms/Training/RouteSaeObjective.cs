using RouteSae.Autoencoders;
using RouteSae.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Training;

/// <summary>
/// What training minimises. Reference: the normalised MSE between x̂ and x = p·x*, with gradients through both. Corrected: the
/// same with x held constant as the target, so that the router cannot lower the loss by shrinking what is to be
/// reconstructed, plus load balance and AuxK.
/// </summary>
public sealed class RouteSaeObjective
{
    private readonly RouteSaeModel _model;
    private readonly RouteSaeTrainerOptions _options;

    /// <summary>The objective of a model.</summary>
    public RouteSaeObjective(RouteSaeModel model, RouteSaeTrainerOptions options)
    {
        _model = model;
        _options = options;
    }

    private bool Corrected => _model.Architecture.Fidelity == Fidelity.Corrected;

    /// <summary>The loss of a batch.</summary>
    /// <param name="hiddenStates">L x [N, D], raw, real tokens only.</param>
    /// <param name="deadLatents">I64 [dead]; null or empty when none is dead.</param>
    public ObjectiveTerms Evaluate(IReadOnlyList<Tensor> hiddenStates, Tensor? deadLatents = null)
    {
        TorchRuntime.UseThreads();
        using var scope = NewDisposeScope();
        var routed = _model.Route(hiddenStates);
        var codes = _model.Encode(routed.X);
        var reconstruction = _model.Decode(codes);
        var target = Corrected ? routed.X.detach() : routed.X;
        var normalizedMse = NormalizedMse.Mean(reconstruction, target);
        var loadBalance = LoadBalanceTerm(routed);
        var auxiliary = AuxiliaryTerm(target, reconstruction, deadLatents);
        var total = Total(normalizedMse, loadBalance, auxiliary);
        var terms = new ObjectiveTerms(total, normalizedMse, loadBalance, auxiliary, routed, codes);
        MoveToOuterScope(terms);
        return terms;
    }

    private Tensor? LoadBalanceTerm(RoutedActivations routed) =>
        Corrected && _options.LoadBalanceCoefficient > 0 ? LoadBalance.Loss(routed) : null;

    private Tensor? AuxiliaryTerm(Tensor target, Tensor reconstruction, Tensor? deadLatents) =>
        Corrected && _options.AuxiliaryCoefficient > 0 && deadLatents?.shape[0] > 0
            ? AuxiliaryLoss.Loss(_model.Autoencoder, target, reconstruction, deadLatents, _options.AuxiliaryLatentsOf(_model.Autoencoder.Architecture))
            : null;

    private Tensor Total(Tensor normalizedMse, Tensor? loadBalance, Tensor? auxiliary)
    {
        var total = normalizedMse.alias();
        if (loadBalance is not null)
            total += loadBalance * _options.LoadBalanceCoefficient;
        if (auxiliary is not null)
            total += auxiliary * _options.AuxiliaryCoefficient;
        return total;
    }

    private static void MoveToOuterScope(ObjectiveTerms terms)
    {
        Tensor?[] tensors =
        [
            terms.Total, terms.NormalizedMse, terms.LoadBalance, terms.Auxiliary,
            terms.Routed.X, terms.Routed.Probabilities, terms.Routed.Chosen, terms.Codes.Indices, terms.Codes.Values,
        ];
        foreach (var tensor in tensors)
            tensor?.MoveToOuterDisposeScope();
    }
}
