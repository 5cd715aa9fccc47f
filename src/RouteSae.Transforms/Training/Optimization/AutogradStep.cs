using RouteSae.Autoencoders;
using RouteSae.Training.Objectives;
using static TorchSharp.torch;

namespace RouteSae.Training.Optimization;

/// <summary>A step in TorchSharp operations, with gradients by autograd: for every architecture, device and type.</summary>
internal sealed class AutogradStep(ITrainingObjective objective, AutoencoderOptimizer optimizer, IReadOnlyList<int> names) : ITrainingStep
{
    private LossTerms? _terms;

    public StepTerms Evaluate(IReadOnlyList<Tensor> hiddenStates, Tensor deadLatents, long firstToken = 0)
    {
        ActivationCheck.ThrowIfNotFinite(hiddenStates, names, batch: optimizer.BatchesTaken + 1);
        var terms = objective.Evaluate(hiddenStates, deadLatents, firstToken);
        _terms = terms;
        return new StepTerms(Value(terms.Total), Value(terms.NormalizedMse))
        {
            LoadBalance = ValueOrNull(terms.LoadBalance),
            Sparsity = ValueOrNull(terms.Sparsity),
            Routed = terms.Routed,
            Codes = terms.Codes,
            DenseCodes = terms.DenseCodes,
        };
    }

    public double Update()
    {
        var learningRate = optimizer.Step(_terms!.Total);
        objective.StepTaken(_terms);
        return learningRate;
    }

    public void Dispose()
    {
        // The terms live in the trainer's scope.
    }

    private static double? ValueOrNull(Tensor? scalar) => scalar is null ? null : Value(scalar);

    private static double Value(Tensor scalar)
    {
        using var scope = NewDisposeScope();
        return scalar.detach().to(ScalarType.Float64).item<double>();
    }
}
