using static TorchSharp.torch;

namespace RouteSae.Benchmarks.PlainPort;

/// <summary>Trains the plain port with autograd and TorchSharp's Adam; the decoder is set to unit norm before the first step and after every tenth batch, the first one included. Owns Adam's state, not the model.</summary>
internal sealed class PlainTrainer : IDisposable
{
    private const int UnitNormInterval = 10;

    private readonly PlainRouteSae _model;
    private readonly optim.Optimizer _adam;

    public PlainTrainer(PlainRouteSae model)
    {
        _model = model;
        _adam = optim.Adam(model.Parameters.Values, lr: 5e-4);
        model.NormalizeDecoder();
    }

    public int StepsTaken { get; private set; }

    /// <summary>Default 5e-4.</summary>
    public double LearningRate
    {
        set
        {
            foreach (var group in _adam.ParamGroups)
                group.LearningRate = value;
        }
    }

    /// <summary>Takes one step. The gradients stay with the parameters until the next one.</summary>
    /// <returns>The loss.</returns>
    public double Step(IReadOnlyList<Tensor> hiddenStates)
    {
        using var scope = NewDisposeScope();
        var loss = PlainObjective.Loss(_model, hiddenStates);
        _adam.zero_grad();
        loss.backward();
        _adam.step();
        if (StepsTaken++ % UnitNormInterval == 0)
            _model.NormalizeDecoder();
        return loss.to(ScalarType.Float64).item<double>();
    }

    public void Dispose() => _adam.Dispose();
}
