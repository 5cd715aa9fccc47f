using RouteSae.Autoencoders;
using RouteSae.Training.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Training.Optimization;

/// <summary>A step in TorchSharp operations, with gradients by autograd: for every architecture, device and type.</summary>
internal sealed class AutogradStep(ITrainingObjective objective, AutoencoderOptimizer optimizer, IReadOnlyList<int> names) : ITrainingStep
{
    private Tensor? _total;

    public StepTerms Evaluate(IReadOnlyList<Tensor> hiddenStates, Tensor deadLatents, long firstToken = 0)
    {
        ActivationCheck.ThrowIfNotFinite(hiddenStates, names, batch: optimizer.BatchesTaken + 1);
        var terms = objective.Evaluate(hiddenStates, deadLatents, firstToken);
        _total = terms.Total;
        return new StepTerms(Value(terms.Total), Value(terms.NormalizedMse))
        {
            LoadBalance = ValueOrNull(terms.LoadBalance),
            Sparsity = ValueOrNull(terms.Sparsity),
            Routed = terms.Routed,
            Codes = terms.Codes,
            DenseCodes = terms.DenseCodes,
        };
    }

    public double Update() => optimizer.Step(_total!);

    public void Dispose()
    {
        // The total lives in the trainer's scope.
    }

    private static double? ValueOrNull(Tensor? scalar) => scalar is null ? null : Value(scalar);

    private static double Value(Tensor scalar)
    {
        using var scope = NewDisposeScope();
        return scalar.detach().to(ScalarType.Float64).item<double>();
    }
}
