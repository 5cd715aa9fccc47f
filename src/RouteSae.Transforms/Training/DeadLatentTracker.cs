using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kernels;
using static TorchSharp.torch;

namespace RouteSae.Training;

/// <summary>Counts, for each latent, the tokens since it last fired. Owns its counters.</summary>
public sealed class DeadLatentTracker : IDisposable
{
    private readonly long _deadAfterTokens;

    /// <summary>Starts with every latent alive.</summary>
    /// <param name="latents">M.</param>
    /// <param name="deadAfterTokens">A latent that has not fired for this many tokens is dead.</param>
    /// <param name="device">Where the counters live. Default: the CPU.</param>
    public DeadLatentTracker(int latents, long deadAfterTokens, Device? device = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(deadAfterTokens, 1);
        _deadAfterTokens = deadAfterTokens;
        TokensSinceFired = zeros(latents, dtype: ScalarType.Int64, device: device).DetachFromDisposeScope();
    }

    /// <summary>I64 [M].</summary>
    public Tensor TokensSinceFired { get; }

    /// <summary>Takes note of the codes of a batch.</summary>
    /// <exception cref="ArgumentException">Indices and values of the codes have two shapes.</exception>
    public void Update(SparseCodes codes)
    {
        if (!codes.Indices.shape.SequenceEqual(codes.Values.shape))
            throw new ArgumentException(
                $"The indices of the codes have shape [{string.Join(", ", codes.Indices.shape)}], but their values have shape [{string.Join(", ", codes.Values.shape)}].", nameof(codes));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        TokensSinceFired.add_(codes.Tokens);
        if (FiredLatents.Fits(TokensSinceFired, codes))
            FiredLatents.Reset(TokensSinceFired, codes);
        else
            TokensSinceFired.index_fill_(0, codes.Indices.masked_select(codes.Values != 0), 0);
    }

    /// <summary>Takes note of dense codes.</summary>
    /// <param name="codes">[N, M].</param>
    public void Update(Tensor codes)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        TokensSinceFired.add_(codes.shape[0]);
        TokensSinceFired.masked_fill_((codes != 0).any(0, false), 0);
    }

    /// <summary>The dead latents, I64 [dead], ascending. The caller owns the tensor.</summary>
    public Tensor DeadLatents()
    {
        using var scope = NewDisposeScope();
        return (TokensSinceFired >= _deadAfterTokens).nonzero().squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the counters.</summary>
    public void Dispose() => TokensSinceFired.Dispose();
}
