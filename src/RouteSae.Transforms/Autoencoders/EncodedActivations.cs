using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>
/// What an <see cref="AutoencoderModel"/> makes of N tokens: R encoded activations, R = N but for a multi-layer model, which
/// encodes each of the L hidden states of a token (R = L · N, hidden state by hidden state). Owns its tensors.
/// </summary>
/// <param name="Targets">What was to be reconstructed, standardised: [R, D]; [N, L, D] of a crosscoder.</param>
/// <param name="Codes">The active latents of R activations.</param>
/// <param name="Reconstruction">x̂, shaped like <paramref name="Targets"/>.</param>
/// <param name="LayerWeights">How much each of the L hidden states took part in each activation, [R, L]; rows sum to 1.</param>
/// <param name="Probabilities">The router's p, [N, L]; null where no router chooses.</param>
public sealed record EncodedActivations(Tensor Targets, SparseCodes Codes, Tensor Reconstruction, Tensor LayerWeights, Tensor? Probabilities) : IDisposable
{
    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Targets.Dispose();
        Codes.Dispose();
        Reconstruction.Dispose();
        LayerWeights.Dispose();
        Probabilities?.Dispose();
    }

    internal EncodedActivations MoveToOuterDisposeScope()
    {
        Targets.MoveToOuterDisposeScope();
        Codes.MoveToOuterDisposeScope();
        Reconstruction.MoveToOuterDisposeScope();
        LayerWeights.MoveToOuterDisposeScope();
        Probabilities?.MoveToOuterDisposeScope();
        return this;
    }
}
