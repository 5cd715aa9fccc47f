using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kernels;
using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Training.Optimization;

/// <summary>
/// The optimisation that all autoencoders share: Adam under a learning-rate schedule, with the decoder's directions set to
/// unit length before the first step, after every tenth batch (the first one included), and at the end. Owns Adam's moments;
/// while it lives, the parameters record gradients, unless a trainer takes them by kernels.
/// </summary>
public sealed class AutoencoderOptimizer : IDisposable
{
    private readonly Tensor[] _values;
    private readonly Action _normalizeDecoder;
    private readonly int _unitNormInterval;

    /// <summary>Sets the decoder to unit norm, and makes the parameters record gradients.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="normalizeDecoder">Sets the decoder's directions to unit length.</param>
    /// <param name="schedule">The learning rate of each step.</param>
    /// <param name="beta1">Adam's β₁. Default 0.9.</param>
    /// <param name="beta2">Adam's β₂. Default 0.999.</param>
    /// <param name="unitNormInterval">Batches from one unit norm to the next. Default 10.</param>
    public AutoencoderOptimizer(
        IReadOnlyList<AutoencoderParameter> parameters,
        Action normalizeDecoder,
        LearningRateSchedule schedule,
        double beta1 = 0.9,
        double beta2 = 0.999,
        int unitNormInterval = 10)
        : this(parameters, normalizeDecoder, schedule, beta1, beta2, unitNormInterval, recordGradients: true)
    {
    }

    /// <param name="parameters">What is trained.</param>
    /// <param name="normalizeDecoder">Sets the decoder's directions to unit length.</param>
    /// <param name="schedule">The learning rate of each step.</param>
    /// <param name="beta1">Adam's β₁.</param>
    /// <param name="beta2">Adam's β₂.</param>
    /// <param name="unitNormInterval">Batches from one unit norm to the next.</param>
    /// <param name="recordGradients">Whether autograd takes the gradients; not where kernels do.</param>
    internal AutoencoderOptimizer(
        IReadOnlyList<AutoencoderParameter> parameters,
        Action normalizeDecoder,
        LearningRateSchedule schedule,
        double beta1,
        double beta2,
        int unitNormInterval,
        bool recordGradients)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(unitNormInterval, 1);
        Parameters = parameters;
        Schedule = schedule;
        _normalizeDecoder = normalizeDecoder;
        _unitNormInterval = unitNormInterval;
        _values = parameters.Select(parameter => parameter.Value).ToArray();
        Adam = new AdamOptimizer(_values, beta1, beta2, learningRateFactors: [.. parameters.Select(parameter => parameter.LearningRateFactor)]);
        normalizeDecoder();
        RecordGradients(recordGradients);
    }

    /// <summary>What is trained.</summary>
    public IReadOnlyList<AutoencoderParameter> Parameters { get; }

    /// <summary>The learning rate of each step.</summary>
    public LearningRateSchedule Schedule { get; }

    /// <summary>The optimiser's state, in the order of <see cref="Parameters"/>.</summary>
    public AdamOptimizer Adam { get; }

    /// <summary>Batches trained on: the place in the schedule. Adam may have taken more steps, where a batch has several.</summary>
    public int BatchesTaken { get; private set; }

    /// <summary>After how many batches the count towards the next unit norm begins anew; null: never.</summary>
    internal int? BatchesPerEpoch { get; init; }

    /// <summary>One gradient a parameter, in the order of <see cref="Parameters"/>. The caller owns them.</summary>
    /// <param name="loss">A scalar that depends on every parameter.</param>
    /// <exception cref="InvalidOperationException">The parameters record no gradients, because kernels train them.</exception>
    public IReadOnlyList<Tensor> Gradients(Tensor loss) =>
        _values.All(value => value.requires_grad)
            ? [.. autograd.grad([loss], _values)]
            : throw new InvalidOperationException("These parameters record no gradients: the trainer computes them by kernels (float32 on the CPU). Make an AutoencoderOptimizer of your own to take gradients of a loss.");

    /// <summary>Takes one step down the gradient of a loss.</summary>
    /// <param name="loss">A scalar that depends on every parameter.</param>
    /// <returns>The learning rate of the step.</returns>
    public double Step(Tensor loss)
    {
        using var scope = NewDisposeScope();
        var gradients = Gradients(loss);
        return Step(learningRate => Adam.Step(gradients, learningRate));
    }

    /// <summary>Takes one of several steps of a batch; <see cref="Step(Tensor)"/> takes its last.</summary>
    /// <param name="loss">A scalar that depends on every parameter.</param>
    internal void StepWithinBatch(Tensor loss)
    {
        using var scope = NewDisposeScope();
        Adam.Step(Gradients(loss), Schedule.At(BatchesTaken));
    }

    /// <summary>Takes one step that kernels compute.</summary>
    /// <param name="update">Changes the parameters and Adam's moments in place.</param>
    /// <returns>The learning rate of the step.</returns>
    internal double Step(Action<AdamStep> update) => Step(learningRate => update(Adam.Begin(learningRate)));

    private double Step(Action<double> update)
    {
        var learningRate = Schedule.At(BatchesTaken);
        update(learningRate);
        var place = BatchesPerEpoch is { } length ? BatchesTaken % length : BatchesTaken;
        BatchesTaken++;
        if (place % _unitNormInterval == 0)
            _normalizeDecoder();
        return learningRate;
    }

    /// <summary>Sets the decoder to unit norm after the last step.</summary>
    public void Finish() => _normalizeDecoder();

    /// <summary>Saves Adam's state and the place in the schedule.</summary>
    internal void Save(TrainingState state)
    {
        state.Set("batches", BatchesTaken);
        Adam.Save(Names, state.Within("adam."));
    }

    /// <summary>Takes over what <see cref="Save"/> has saved.</summary>
    internal void Restore(TrainingState state)
    {
        BatchesTaken = state.Value<int>("batches");
        Adam.Restore(Names, state.Within("adam."));
    }

    /// <summary>Frees Adam's moments; the parameters no longer record gradients.</summary>
    public void Dispose()
    {
        RecordGradients(false);
        Adam.Dispose();
    }

    private string[] Names => [.. Parameters.Select(parameter => parameter.Name)];

    // requires_grad_ returns the very tensor it is called on, so nothing is to be disposed here.
    private void RecordGradients(bool record)
    {
        foreach (var value in _values)
            value.requires_grad_(record);
    }
}
