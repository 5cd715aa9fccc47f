using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RouteSae.Kernels;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels.Torch.Fused;

/// <summary><see cref="RootMeanSquareNorm"/> in one pass: r · w · x with r = 1/sqrt(mean(x²) + ε).</summary>
internal static unsafe class NormKernel
{
    /// <summary>Normalises x [..., D], contiguous, with weight [D] of the same type; writes each row's r to <paramref name="scales"/>, if given.</summary>
    public static Tensor Run<T>(Tensor x, Tensor weight, double epsilon, Tensor? scales = null)
        where T : unmanaged, IRowNumber<T>
    {
        var width = (int)x.size(-1);
        var result = empty_like(x);
        T* from = TensorRows.Data<T>(x), w = TensorRows.Data<T>(weight), to = TensorRows.Data<T>(result);
        var scale = scales is null ? null : TensorRows.Data<float>(scales);
        TensorRows.ForEach(x.NumberOfElements / width, (first, end) =>
        {
            for (var row = first; row < end; row++)
            {
                var r = Row(from + row * width, w, to + row * width, width, (float)epsilon);
                if (scale is not null)
                    scale[row] = r;
            }
        }, x, weight, result);
        GC.KeepAlive(scales);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Row<T>(T* source, T* weight, T* target, int width, float epsilon)
        where T : unmanaged, IRowNumber<T>
    {
        var (even, odd) = (Vector512<float>.Zero, Vector512<float>.Zero);
        for (var i = 0; i < width; i += TensorRows.Step)
        {
            Vector512<float> low = T.Load(source + i), high = T.Load(source + i + 16);
            even = Vector512.FusedMultiplyAdd(low, low, even);
            odd = Vector512.FusedMultiplyAdd(high, high, odd);
        }
        var r = 1 / MathF.Sqrt(Vector512.Sum(even + odd) / width + epsilon);
        for (var i = 0; i < width; i += TensorRows.Step)
            T.Store(target + i, T.Load(source + i) * r * T.Load(weight + i), T.Load(source + i + 16) * r * T.Load(weight + i + 16));
        return r;
    }
}
