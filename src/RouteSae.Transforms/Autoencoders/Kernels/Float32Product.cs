using System.Diagnostics;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>
/// x Wᵀ + b in float32, as a matrix product or as a convolution of width 1, whichever this machine does faster: libtorch hands
/// the two to different libraries. The choice is measured on the first large products, and may differ from run to run: use the
/// result only where its last bits do not matter.
/// </summary>
internal static class Float32Product
{
    private const int LargeProduct = 1024;
    private const int Measurements = 3;

    private static readonly double[] s_best = [double.MaxValue, double.MaxValue];
    private static int s_measured;

    /// <param name="x">[N, D].</param>
    /// <param name="weight">[M, D].</param>
    /// <param name="bias">[M].</param>
    /// <param name="memory">[N, M], where the result may be written.</param>
    /// <returns>[N, M], contiguous; the memory or a tensor of its own. The caller owns it.</returns>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor bias, Tensor memory)
    {
        if (x.shape[0] < LargeProduct)
            return AsProduct(x, weight, bias, memory);
        var turn = Volatile.Read(ref s_measured);
        if (turn >= 2 * Measurements)
            return s_best[1] < s_best[0] ? AsConvolution(x, weight, bias) : AsProduct(x, weight, bias, memory);
        var start = Stopwatch.GetTimestamp();
        var result = turn % 2 == 0 ? AsProduct(x, weight, bias, memory) : AsConvolution(x, weight, bias);
        lock (s_best)
        {
            var perElement = Stopwatch.GetElapsedTime(start).TotalSeconds / (x.NumberOfElements * (double)weight.shape[0]);
            s_best[turn % 2] = Math.Min(s_best[turn % 2], perElement);
            s_measured++;
        }
        return result;
    }

    private static Tensor AsProduct(Tensor x, Tensor weight, Tensor bias, Tensor memory)
    {
        using var transposed = weight.t();
        return memory.copy_(bias).addmm_(x, transposed, 1, 1).alias();
    }

    private static Tensor AsConvolution(Tensor x, Tensor weight, Tensor bias)
    {
        using var scope = NewDisposeScope();
        var (tokens, width, latents) = (x.shape[0], x.shape[1], weight.shape[0]);
        var image = x.view(1, tokens, 1, width).permute(0, 3, 1, 2); // [1, D, N, 1], channels last in memory
        long[] one = [1, 1];
        var product = F.conv2d(image, weight.view(latents, width, 1, 1), bias, strides: one, padding: [0, 0], dilation: one, groups: 1);
        return product.permute(0, 2, 3, 1).reshape(tokens, latents).contiguous().MoveToOuterDisposeScope();
    }
}
