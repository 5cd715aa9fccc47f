using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kernels;
using RouteSae.Kernels;
using static TorchSharp.torch;

namespace RouteSae.Training.Optimization;

/// <summary>The memory of a TopK training step by kernels, kept from step to step: batches are of one size, unless masks make them differ. Owns its tensors.</summary>
internal sealed class TopKBuffers : IDisposable
{
    /// <param name="tokens">N.</param>
    /// <param name="architecture">The autoencoder's sizes.</param>
    public TopKBuffers(int tokens, TopKArchitecture architecture)
    {
        Tokens = tokens;
        using var scope = NewDisposeScope();
        Centered = KernelTensors.Floats(tokens, architecture.HiddenSize).DetachFromDisposeScope();
        Codes = SparseCodes.Empty(tokens, architecture.ActiveLatents);
        Codes.Indices.DetachFromDisposeScope();
        Codes.Values.DetachFromDisposeScope();
        Gradient = new ReconstructionGradient(tokens, architecture.ActiveLatents, architecture.HiddenSize);
        Active = new ActiveTokens(architecture.Latents);
    }

    public int Tokens { get; }

    /// <summary>x − b_pre, [N, D].</summary>
    public Tensor Centered { get; }

    public SparseCodes Codes { get; }

    public ReconstructionGradient Gradient { get; }

    public ActiveTokens Active { get; }

    public void Dispose()
    {
        Centered.Dispose();
        Codes.Dispose();
        Gradient.Dispose();
    }
}
