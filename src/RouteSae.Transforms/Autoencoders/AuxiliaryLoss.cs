using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RouteSae.Autoencoders;

/// <summary>
/// AuxK (Gao et al., 2024, appendix A.2): the dead latents with the largest pre-activations reconstruct what the living ones
/// left over, so that they get a gradient again. With e = x − x̂ held constant and ê the dead latents' reconstruction, the loss
/// is Σ(ê − e)² / Σe² over the batch, scaled down while fewer latents are dead than may take part.
/// </summary>
public static class AuxiliaryLoss
{
    /// <summary>The loss of a batch, a scalar whose gradient reaches the dead latents only. The caller owns it.</summary>
    /// <param name="autoencoder">An autoencoder with pre = W_enc (x − b_pre) + b_lat.</param>
    /// <param name="x">Activations, [N, D].</param>
    /// <param name="reconstruction">x̂, [N, D].</param>
    /// <param name="deadLatents">I64 [dead], at least one.</param>
    /// <param name="maximumLatents">How many dead latents a token may use.</param>
    /// <exception cref="NotSupportedException">The autoencoder has no b_lat.</exception>
    public static Tensor Loss(SparseAutoencoder autoencoder, Tensor x, Tensor reconstruction, Tensor deadLatents, int maximumLatents)
    {
        ArgumentNullException.ThrowIfNull(autoencoder);
        var bias = autoencoder.LatentBiasValues ?? throw new NotSupportedException($"{autoencoder.Description} has no bias of its latents, which AuxK needs.");
        using var scope = NewDisposeScope();
        return Loss(
            (x - autoencoder.PreBias).detach(),
            (x - reconstruction).detach(),
            autoencoder.EncoderWeight.index_select(0, deadLatents),
            bias.index_select(0, deadLatents),
            autoencoder.DecoderDirections.index_select(0, deadLatents),
            maximumLatents).MoveToOuterDisposeScope();
    }

    /// <summary>The same from the rows of the dead latents, all that the gradient reaches.</summary>
    /// <param name="centered">x − b_pre, [N, D], held constant.</param>
    /// <param name="residual">x − x̂, [N, D], held constant.</param>
    /// <param name="encoder">[dead, D].</param>
    /// <param name="bias">[dead].</param>
    /// <param name="directions">[dead, D].</param>
    /// <param name="maximumLatents">How many dead latents a token may use.</param>
    internal static Tensor Loss(Tensor centered, Tensor residual, Tensor encoder, Tensor bias, Tensor directions, int maximumLatents)
    {
        using var scope = NewDisposeScope();
        var dead = encoder.shape[0];
        var preActivations = F.linear(centered, encoder, bias); // [N, dead]
        var (values, indices) = preActivations.topk((int)Math.Min(maximumLatents, dead), dim: -1);
        var codes = zeros_like(preActivations).scatter(1, indices, values.relu());
        var error = (codes.mm(directions) - residual).square().sum() / residual.square().sum();
        return (error * Math.Min(1, (double)dead / maximumLatents)).MoveToOuterDisposeScope();
    }
}
