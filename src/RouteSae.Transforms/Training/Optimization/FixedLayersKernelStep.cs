using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Training.Optimization;

/// <summary>The step of a TopK autoencoder without a router by kernels, for float32 on the CPU.</summary>
internal sealed class FixedLayersKernelStep(FixedLayersModel model, AutoencoderTrainerOptions options, AutoencoderOptimizer optimizer) : ITrainingStep
{
    private readonly TopKKernels _topK = new((TopKAutoencoder)model.Autoencoder, options, optimizer);

    /// <summary>Whether kernels can train this model.</summary>
    public static bool Fits(FixedLayersModel model) => model.Autoencoder is TopKAutoencoder && TopKKernels.Fit(model.Autoencoder.Path, model.Parameters);

    /// <inheritdoc/>
    public StepTerms Evaluate(IReadOnlyList<Tensor> hiddenStates, Tensor deadLatents, long firstToken = 0)
    {
        using var noGradient = no_grad();
        ActivationCheck.ThrowIfNotFinite(hiddenStates, model.HiddenStates, batch: optimizer.BatchesTaken + 1);
        var (loss, normalizedMse) = _topK.Evaluate(model.Read(hiddenStates, firstToken).X.contiguous(), deadLatents);
        return new StepTerms(loss, normalizedMse) { Codes = _topK.Buffers.Codes };
    }

    /// <inheritdoc/>
    public double Update()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return optimizer.Step(_topK.Update);
    }

    /// <inheritdoc/>
    public void Dispose() => _topK.Dispose();
}
