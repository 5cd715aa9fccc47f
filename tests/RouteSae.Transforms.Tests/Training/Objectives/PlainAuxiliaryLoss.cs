using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training.Objectives;

/// <summary>AuxK spelt out with sorting and loops, for three dead latents of which a token may use two. What the gradient holds constant stays as it was.</summary>
internal sealed class PlainAuxiliaryLoss
{
    private static readonly long[] Dead = [1, 4, 9];

    private readonly TopKAutoencoder _autoencoder;
    private readonly double[][] _centered; // [N][D]
    private readonly double[][] _residual; // [N][D]

    private PlainAuxiliaryLoss(TopKAutoencoder autoencoder, Tensor centered, Tensor residual) =>
        (_autoencoder, _centered, _residual) = (autoencoder, Rows(centered), Rows(residual));

    public Tensor Latents { get; } = tensor(Dead);

    /// <summary>The loss of activations, [N, D].</summary>
    public static PlainAuxiliaryLoss Of(TopKAutoencoder autoencoder, Tensor x)
    {
        using var noGradient = no_grad();
        return new PlainAuxiliaryLoss(autoencoder, x - autoencoder.PreBias, x - autoencoder.Decode(autoencoder.Encode(x)));
    }

    /// <summary>With the autoencoder's present parameters. A number, no gradient.</summary>
    public double Loss()
    {
        var (encoder, directions) = (Rows(_autoencoder.EncoderWeight), Rows(_autoencoder.DecoderDirections));
        var bias = _autoencoder.LatentBias.data<double>().ToArray();
        var error = 0.0;
        foreach (var (centered, residual) in _centered.Zip(_residual))
        {
            var best = Dead
                .Select(latent => (latent, activation: encoder[latent].Zip(centered, (weight, value) => weight * value).Sum() + bias[latent]))
                .OrderByDescending(pair => pair.activation)
                .Take(2)
                .Where(pair => pair.activation > 0)
                .ToArray();
            for (var i = 0; i < residual.Length; i++)
                error += Math.Pow(best.Sum(pair => pair.activation * directions[pair.latent][i]) - residual[i], 2);
        }
        return error / _residual.Sum(row => row.Sum(value => value * value));
    }

    private static double[][] Rows(Tensor matrix)
    {
        using var scope = NewDisposeScope();
        return [.. matrix.detach().contiguous().data<double>().ToArray().Chunk((int)matrix.shape[1])];
    }
}
