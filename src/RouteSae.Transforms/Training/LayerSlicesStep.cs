using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Training;

/// <summary>
/// MLSAE as the reference trains it: one optimiser step for each hidden state of a batch in turn, at one learning rate. The last
/// hidden state's loss is what is reported.
/// </summary>
internal sealed class LayerSlicesStep(MultiLayerModel model, AutoencoderTrainerOptions options, AutoencoderOptimizer optimizer) : ITrainingStep
{
    private Tensor? _total;

    public StepTerms Evaluate(IReadOnlyList<Tensor> hiddenStates, Tensor deadLatents, long firstToken = 0)
    {
        ActivationCheck.ThrowIfNotFinite(hiddenStates, model.HiddenStates, batch: optimizer.BatchesTaken + 1);
        foreach (var slice in hiddenStates.SkipLast(1))
        {
            using var scope = NewDisposeScope();
            optimizer.StepWithinBatch(Loss(slice).Total);
        }
        var terms = Loss(hiddenStates[^1]);
        _total = terms.Total;
        var loss = _total.detach().to(TorchSharp.torch.ScalarType.Float64).item<double>();
        return new StepTerms(loss, loss) { Codes = terms.Codes };
    }

    public double Update() => optimizer.Step(_total!);

    public void Dispose()
    {
        // The total lives in the trainer's scope.
    }

    private ObjectiveTerms Loss(Tensor hiddenState)
    {
        var x = Standardization.Apply(hiddenState).Values;
        return TopKObjective.Evaluate((TopKAutoencoder)model.Autoencoder, x, x, deadLatents: null, options);
    }
}
