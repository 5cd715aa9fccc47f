using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kernels;
using static TorchSharp.torch;

namespace RouteSae.Training.Optimization;

/// <summary>AuxK (<see cref="AuxiliaryLoss"/>) and its gradients, which reach the dead latents only.</summary>
internal sealed class DeadLatentGradients
{
    private readonly long[] _dead;
    private readonly float[] _bias;

    private DeadLatentGradients(double loss, ExtraGradients rows, long[] dead, float[] bias) => (Loss, Rows, _dead, _bias) = (loss, rows, dead, bias);

    /// <summary>The loss, times its coefficient.</summary>
    public double Loss { get; }

    /// <summary>What the dead latents' rows of encoder and decoder get. The tensors live in the scope that called <see cref="Of"/>.</summary>
    public ExtraGradients Rows { get; }

    /// <summary>Computes the loss and its gradients.</summary>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="centered">x − b_pre, [N, D].</param>
    /// <param name="residual">x − x̂, [N, D].</param>
    /// <param name="deadLatents">I64 [dead], at least one.</param>
    /// <param name="options">Coefficient and number of latents.</param>
    public static DeadLatentGradients Of(TopKAutoencoder autoencoder, Tensor centered, Tensor residual, Tensor deadLatents, AutoencoderTrainerOptions options)
    {
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        Tensor[] leaves =
        [
            Leaf(autoencoder.EncoderWeight, deadLatents), Leaf(autoencoder.LatentBias, deadLatents), Leaf(autoencoder.DecoderDirections, deadLatents),
        ];
        var loss = AuxiliaryLoss.Loss(centered, residual, leaves[0], leaves[1], leaves[2], options.AuxiliaryLatentsOf(autoencoder.Architecture)) * options.AuxiliaryCoefficient;
        var found = autograd.grad([loss], leaves);
        var dead = deadLatents.data<long>().ToArray();
        var rowOfLatent = new int[autoencoder.Architecture.Latents];
        Array.Fill(rowOfLatent, -1);
        for (var row = 0; row < dead.Length; row++)
            rowOfLatent[dead[row]] = row;
        var rows = new ExtraGradients(rowOfLatent, found[0].contiguous().MoveToOuterDisposeScope(), found[2].contiguous().MoveToOuterDisposeScope());
        return new DeadLatentGradients(loss.detach().item<float>(), rows, dead, found[1].contiguous().data<float>().ToArray());
    }

    /// <summary>Adds what the dead latents' biases get.</summary>
    /// <param name="biasGradients">[M].</param>
    public void AddTo(float[] biasGradients)
    {
        for (var row = 0; row < _dead.Length; row++)
            biasGradients[_dead[row]] += _bias[row];
    }

    private static Tensor Leaf(Tensor parameter, Tensor rows) => parameter.detach().index_select(0, rows).requires_grad_(true);
}
