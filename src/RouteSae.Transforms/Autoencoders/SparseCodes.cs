using RouteSae.Kernels;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>The active latents of N tokens as index/value pairs. Owns its tensors.</summary>
/// <param name="Indices">Latents, I64 [N, K]; a latent occurs once a row.</param>
/// <param name="Values">Their activations, [N, K]. A value of 0 marks a slot that is not in use: its latent is not active.</param>
public sealed record SparseCodes(Tensor Indices, Tensor Values) : IDisposable
{
    /// <summary>Makes room for codes, with undefined contents.</summary>
    /// <param name="tokens">N.</param>
    /// <param name="slots">K.</param>
    internal static SparseCodes Empty(long tokens, int slots) =>
        new(KernelTensors.Empty(ScalarType.Int64, tokens, slots), KernelTensors.Floats(tokens, slots));

    /// <summary>The non-zero values of dense codes, with as many slots as the busiest token needs, at least one.</summary>
    /// <param name="dense">[N, M].</param>
    internal static SparseCodes FromDense(Tensor dense)
    {
        using var scope = NewDisposeScope();
        var active = dense.detach() != 0; // [N, M]
        var slots = active.shape[0] == 0 ? 1 : Math.Max(1, active.sum(1L).max().item<long>());
        var (_, indices) = dense.detach().abs().topk((int)slots, dim: -1, sorted: false);
        return new SparseCodes(indices, dense.gather(1, indices)).MoveToOuterDisposeScope();
    }

    /// <summary>N.</summary>
    public long Tokens => Indices.shape[0];

    /// <summary>K, the slots a token has. A token may use fewer.</summary>
    public int Slots => (int)Indices.shape[1];

    /// <summary>The number of active latents of all tokens together.</summary>
    public long CountActive()
    {
        using var scope = NewDisposeScope();
        return Values.detach().count_nonzero().item<long>();
    }

    /// <summary>The codes as a dense [N, M] tensor. The caller owns it.</summary>
    /// <param name="latents">M.</param>
    public Tensor ToDense(int latents)
    {
        using var scope = NewDisposeScope();
        var dense = zeros([Tokens, latents], dtype: Values.dtype, device: Values.device);
        return dense.scatter(1, Indices, Values).MoveToOuterDisposeScope();
    }

    internal SparseCodes MoveToOuterDisposeScope()
    {
        Indices.MoveToOuterDisposeScope();
        Values.MoveToOuterDisposeScope();
        return this;
    }

    /// <summary>Frees both tensors.</summary>
    public void Dispose()
    {
        Indices.Dispose();
        Values.Dispose();
    }
}
