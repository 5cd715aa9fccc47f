using System.Runtime.Intrinsics;
using RouteSae.Kernels;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels.Torch.Fused;

/// <summary>Softmax over the positions up to the own one, in place over [n, S, S] (bfloat16, S a multiple of 32).</summary>
internal static unsafe class CausalSoftmax
{
    public static void Forward(Tensor scores)
    {
        var length = (int)scores.size(-1);
        var data = BFloat16Rows.Data(scores);
        TensorRows.ForEach(scores.NumberOfElements / length, (first, end) =>
        {
            Span<float> scratch = stackalloc float[length];
            fixed (float* s = scratch)
            {
                for (var row = first; row < end; row++)
                    ForwardRow(data + row * length, s, (int)(row % length) + 1, length);
            }
        }, scores);
    }

    /// <summary>Turns dP into dS = P ⊙ (dP − Σ P ⊙ dP), in place.</summary>
    public static void Backward(Tensor weights, Tensor gradients)
    {
        var length = (int)weights.size(-1);
        ushort* p = BFloat16Rows.Data(weights), g = BFloat16Rows.Data(gradients);
        TensorRows.ForEach(weights.NumberOfElements / length, (first, end) =>
        {
            for (var row = first; row < end; row++)
                BackwardRow(p + row * length, g + row * length, (int)(row % length) + 1, length);
        }, weights, gradients);
    }

    private static void ForwardRow(ushort* row, float* scratch, int seen, int length)
    {
        var upTo = (seen + TensorRows.Step - 1) / TensorRows.Step * TensorRows.Step;
        for (var i = 0; i < upTo; i += 16)
            BFloat16Bits.Load(row + i).Store(scratch + i);
        FloatSoftmax.Apply(scratch, seen, upTo);
        for (var i = 0; i < upTo; i += TensorRows.Step)
            BFloat16Bits.Store(row + i, Vector512.Load(scratch + i), Vector512.Load(scratch + i + 16));
        new Span<ushort>(row + upTo, length - upTo).Clear();
    }

    private static void BackwardRow(ushort* p, ushort* g, int seen, int length)
    {
        var upTo = (seen + TensorRows.Step - 1) / TensorRows.Step * TensorRows.Step;
        var sums = Vector512<float>.Zero;
        for (var i = 0; i < upTo; i += 16)
            sums = Vector512.FusedMultiplyAdd(BFloat16Bits.Load(p + i), BFloat16Bits.Load(g + i), sums);
        var sum = Vector512.Create(Vector512.Sum(sums));
        for (var i = 0; i < upTo; i += TensorRows.Step)
        {
            BFloat16Bits.Store(
                g + i,
                BFloat16Bits.Load(p + i) * (BFloat16Bits.Load(g + i) - sum),
                BFloat16Bits.Load(p + i + 16) * (BFloat16Bits.Load(g + i + 16) - sum));
        }
        new Span<ushort>(g + upTo, length - upTo).Clear();
    }
}
