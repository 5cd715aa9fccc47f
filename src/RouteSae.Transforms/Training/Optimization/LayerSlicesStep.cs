using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Training.Optimization;

/// <summary>
/// MLSAE as the reference trains it: one optimiser step for each hidden state of a batch in turn, at one learning rate. The last
/// hidden state's loss is what is reported, or the first that is not finite. All steps but the last are taken while evaluating.
/// </summary>
internal sealed class LayerSlicesStep(MultiLayerModel model, AutoencoderTrainerOptions options, AutoencoderOptimizer optimizer) : ITrainingStep
{
    private Tensor? _total;

    public StepTerms Evaluate(IReadOnlyList<Tensor> hiddenStates, Tensor deadLatents, long firstToken = 0)
    {
        ActivationCheck.ThrowIfNotFinite(hiddenStates, model.HiddenStates, batch: optimizer.BatchesTaken + 1);
        foreach (var slice in hiddenStates.SkipLast(1))
        {
            using var terms = Loss(slice);
            if (!ActivationCheck.IsFinite(terms.Total))
                return new StepTerms(Value(terms), Value(terms));
            optimizer.StepWithinBatch(terms.Total);
        }
        var last = Loss(hiddenStates[^1]);
        _total = last.Total;
        return new StepTerms(Value(last), Value(last)) { Codes = last.Codes };
    }

    public double Update() => optimizer.Step(_total!);

    public void Dispose()
    {
        // The total lives in the trainer's scope.
    }

    private static double Value(LossTerms terms)
    {
        using var scope = NewDisposeScope();
        return terms.Total.detach().to(ScalarType.Float64).item<double>();
    }

    private LossTerms Loss(Tensor hiddenState)
    {
        var x = model.Standardize(hiddenState).Values;
        return model.Autoencoder.Loss(options.LossOf(model.Autoencoder, x, x, deadLatents: null));
    }
}
