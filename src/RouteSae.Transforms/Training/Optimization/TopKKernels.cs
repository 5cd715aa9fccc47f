using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kernels;
using RouteSae.Kernels;
using static TorchSharp.torch;

namespace RouteSae.Training.Optimization;

/// <summary>
/// The loss of a TopK autoencoder and its gradients by kernels, for float32 on the CPU, written out instead of recorded. Codes
/// stay sparse throughout, and the gradients of the two large matrices never lie in memory.
/// </summary>
internal sealed class TopKKernels : IDisposable
{
    private readonly TopKAutoencoder _autoencoder;
    private readonly AutoencoderTrainerOptions _options;
    private readonly AutoencoderOptimizer _optimizer;
    private readonly LatentUpdate _latentUpdate;
    private TopKBuffers? _buffers;
    private DeadLatentGradients? _dead;

    public TopKKernels(TopKAutoencoder autoencoder, AutoencoderTrainerOptions options, AutoencoderOptimizer optimizer)
    {
        (_autoencoder, _options, _optimizer) = (autoencoder, options, optimizer);
        _latentUpdate = new LatentUpdate(WithMoments(autoencoder.EncoderWeight), WithMoments(autoencoder.DecoderDirections));
    }

    /// <summary>What <see cref="Evaluate"/> filled last.</summary>
    public TopKBuffers Buffers => _buffers ?? throw new InvalidOperationException("No activations have been evaluated yet.");

    private bool Corrected => _autoencoder.Architecture.Fidelity == Fidelity.Corrected;

    /// <summary>Whether kernels can train a model with these parameters.</summary>
    public static bool Fit(ComputePath path, IReadOnlyList<AutoencoderParameter> parameters) =>
        KernelSupport.Choose(path, [.. parameters.Select(parameter => parameter.Value)]) != ComputePath.TorchOperations;

    /// <summary>Computes the loss; nothing is changed. The buffers hold until the next call, what AuxK found until the caller's scope ends.</summary>
    /// <param name="x">What is encoded and reconstructed, contiguous [N, D].</param>
    /// <param name="deadLatents">I64 [dead].</param>
    /// <returns>The normalised MSE plus AuxK times its coefficient, and the first alone.</returns>
    public (double Loss, double NormalizedMse) Evaluate(Tensor x, Tensor deadLatents)
    {
        PrepareBuffers((int)x.shape[0]);
        Encode(x);
        var gradient = Buffers.Gradient;
        var auxiliary = Corrected && _options.AuxiliaryCoefficient > 0 && deadLatents.shape[0] > 0;
        var residual = auxiliary ? empty_like(x) : null;
        gradient.Compute(_autoencoder.DecoderDirections, _autoencoder.PreBias, Buffers.Centered, Buffers.Codes, zeroIsInactive: Corrected, residual);
        _dead = auxiliary ? DeadLatentGradients.Of(_autoencoder, Buffers.Centered, residual!, deadLatents, _options) : null;
        return (gradient.Loss + (_dead?.Loss ?? 0), gradient.Loss);
    }

    /// <summary>Takes a step of all parameters of the autoencoder.</summary>
    public void Update(AdamStep step)
    {
        var (gradient, active) = (Buffers.Gradient, Buffers.Active);
        active.Sort(Buffers.Codes, gradient.Codes);
        var ofEncoder = _latentUpdate.Apply(step, gradient, active, _dead?.Rows);
        Update(step, _autoencoder.PreBias, gradient.Output.ColumnSums() - tensor(ofEncoder));
        _dead?.AddTo(active.BiasGradients);
        Update(step, _autoencoder.LatentBias, tensor(active.BiasGradients));
        _autoencoder.ParametersChanged();
        _dead = null;
    }

    /// <summary>Takes a step of one parameter.</summary>
    public unsafe void Update(AdamStep step, Tensor parameter, Tensor gradient)
    {
        var moments = MomentsOf(parameter);
        step.Apply(
            TensorData.Floats(parameter), TensorData.Floats(gradient), TensorData.Floats(moments.First), TensorData.Floats(moments.Second), parameter.NumberOfElements);
        GC.KeepAlive(gradient);
    }

    public void Dispose()
    {
        _buffers?.Dispose();
        _latentUpdate.Dispose();
    }

    private void Encode(Tensor x)
    {
        try
        {
            _autoencoder.EncodeByKernel(x, Buffers.Codes, Buffers.Centered);
        }
        catch (ArgumentException notANumber)
        {
            throw new InvalidOperationException(
                $"Step {_optimizer.BatchesTaken + 1} met a pre-activation that is NaN although the hidden states are finite: training has diverged. Lower the learning rate.", notANumber);
        }
    }

    private void PrepareBuffers(int tokens)
    {
        if (_buffers?.Tokens == tokens)
            return;
        _buffers?.Dispose();
        _buffers = new TopKBuffers(tokens, _autoencoder.Architecture);
    }

    private MatrixWithMoments WithMoments(Tensor parameter)
    {
        var moments = MomentsOf(parameter);
        return new MatrixWithMoments(parameter, moments.First, moments.Second);
    }

    private AdamMoments MomentsOf(Tensor parameter)
    {
        for (var i = 0; i < _optimizer.Parameters.Count; i++)
        {
            if (ReferenceEquals(_optimizer.Parameters[i].Value, parameter))
                return _optimizer.Adam.Moments[i];
        }
        throw new InvalidOperationException("The optimiser does not know this parameter.");
    }
}
