using static TorchSharp.torch;

namespace RouteSae.Training;

/// <summary>A step in TorchSharp operations, with gradients by autograd: for every device and type.</summary>
internal sealed class AutogradStep(RouteSaeObjective objective, AutoencoderOptimizer optimizer, IReadOnlyList<int> names) : ITrainingStep
{
    private Tensor? _total;

    public StepTerms Evaluate(IReadOnlyList<Tensor> hiddenStates, Tensor deadLatents)
    {
        ActivationCheck.ThrowIfNotFinite(hiddenStates, names, batch: optimizer.Adam.StepsTaken + 1);
        var terms = objective.Evaluate(hiddenStates, deadLatents);
        _total = terms.Total;
        return new StepTerms(
            Value(terms.Total), Value(terms.NormalizedMse), terms.LoadBalance is null ? null : Value(terms.LoadBalance), terms.Routed, terms.Codes);
    }

    public double Update() => optimizer.Step(_total!);

    public void Dispose()
    {
        // The total lives in the trainer's scope.
    }

    private static double Value(Tensor scalar)
    {
        using var scope = NewDisposeScope();
        return scalar.detach().to(ScalarType.Float64).item<double>();
    }
}
