using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Training;

/// <summary>The memory of a training step by kernels, kept from step to step: batches are of one size, unless masks make them differ. Owns its tensors.</summary>
internal sealed class StepBuffers : IDisposable
{
    /// <param name="tokens">N.</param>
    /// <param name="architecture">The model's sizes.</param>
    public StepBuffers(int tokens, RouteSaeArchitecture architecture)
    {
        Tokens = tokens;
        using var scope = NewDisposeScope();
        Routed = new RoutedTokens(tokens, architecture.RoutedHiddenStates.Count, architecture.HiddenSize, keepAggregate: true);
        Centered = empty_like(Routed.X);
        Codes = SparseCodes.Empty(tokens, architecture.ActiveLatents);
        Gradient = new ReconstructionGradient(tokens, architecture.ActiveLatents, architecture.HiddenSize);
        Active = new ActiveTokens(architecture.Latents);
        foreach (var tensor in new[] { Routed.X, Routed.Probabilities, Routed.Chosen, Routed.Aggregate!, Centered, Codes.Indices, Codes.Values })
            tensor.DetachFromDisposeScope();
    }

    public int Tokens { get; }

    public RoutedTokens Routed { get; }

    /// <summary>x − b_pre, [N, D].</summary>
    public Tensor Centered { get; }

    public SparseCodes Codes { get; }

    public ReconstructionGradient Gradient { get; }

    public ActiveTokens Active { get; }

    public void Dispose()
    {
        Routed.Dispose();
        Centered.Dispose();
        Codes.Dispose();
        Gradient.Dispose();
    }
}
