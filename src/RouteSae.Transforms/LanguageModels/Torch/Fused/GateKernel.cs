using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RouteSae.Kernels;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels.Torch.Fused;

/// <summary><see cref="GatedActivation"/> in one pass.</summary>
internal static unsafe class GateKernel
{
    /// <summary>Gate and up [..., 2F], contiguous → [..., F].</summary>
    public static Tensor Run<T>(Tensor gateUp)
        where T : unmanaged, IRowNumber<T>
    {
        var width = (int)gateUp.size(-1) / 2;
        var result = empty([.. gateUp.shape[..^1], width], T.Type, CPU);
        T* from = TensorRows.Data<T>(gateUp), to = TensorRows.Data<T>(result);
        TensorRows.ForEach(gateUp.NumberOfElements / (2 * width), (first, end) =>
        {
            for (var row = first; row < end; row++)
                Row(from + row * 2 * width, to + row * width, width);
        }, gateUp, result);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sigmoid(Vector512<float> x) =>
        Vector512<float>.One / (Vector512<float>.One + Vector512.Exp(-x));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row<T>(T* gate, T* target, int width)
        where T : unmanaged, IRowNumber<T>
    {
        var up = gate + width;
        for (var i = 0; i < width; i += TensorRows.Step)
        {
            Vector512<float> low = T.Load(gate + i), high = T.Load(gate + i + 16);
            T.Store(target + i, low * Sigmoid(low) * T.Load(up + i), high * Sigmoid(high) * T.Load(up + i + 16));
        }
    }
}
