using System.Runtime.Intrinsics;
using RouteSae.Kernels;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels.Torch.Fused;

/// <summary>
/// <see cref="RootMeanSquareNorm"/> in one pass over x, forward and backward:
/// with r = 1/sqrt(mean(x²) + ε), dx = r · (g w − x r² · mean(g w x)), dw = Σ g x r.
/// </summary>
internal sealed unsafe class NormFunction : autograd.SingleTensorFunction<NormFunction>
{
    public override string Name => nameof(NormFunction);

    /// <summary>x [..., D] contiguous, weight [D], ε.</summary>
    public override Tensor forward(autograd.AutogradContext context, params object[] inputs)
    {
        Tensor x = (Tensor)inputs[0], weight = (Tensor)inputs[1];
        var scales = empty([x.NumberOfElements / x.size(-1)], ScalarType.Float32, CPU);
        var result = NormKernel.Run<BrainNumber>(x, weight, (double)inputs[2], scales);
        context.save_for_backward([x, weight, scales]);
        return result;
    }

    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var saved = context.get_saved_variables();
        var (input, weight) = Backward(gradient.contiguous(), saved[0], saved[1], saved[2]);
        return [input.MoveToOuterDisposeScope(), weight.MoveToOuterDisposeScope(), null!];
    }

    private static (Tensor Input, Tensor Weight) Backward(Tensor gradient, Tensor x, Tensor weight, Tensor scales)
    {
        var width = (int)x.size(-1);
        var rows = x.NumberOfElements / width;
        var input = empty_like(x);
        ushort* g = BFloat16Rows.Data(gradient), from = BFloat16Rows.Data(x), w = BFloat16Rows.Data(weight), to = BFloat16Rows.Data(input);
        var scale = TensorRows.Data<float>(scales);
        var sumsOfParts = new float[(rows + TensorRows.RowsAPart - 1) / TensorRows.RowsAPart * width];
        TensorRows.ForEach(rows, (first, end) =>
        {
            fixed (float* s = &sumsOfParts[first / TensorRows.RowsAPart * width])
            {
                for (var row = first; row < end; row++)
                    BackwardRow(g + row * width, from + row * width, w, to + row * width, scale[row], s, width);
            }
        }, gradient, x, weight, scales, input);
        // Part by part, so that the sums do not depend on which thread was first.
        var weightSums = new float[width];
        for (var i = 0; i < sumsOfParts.Length; i++)
            weightSums[i % width] += sumsOfParts[i];
        return (input, tensor(weightSums, ScalarType.BFloat16, CPU));
    }

    private static void BackwardRow(ushort* g, ushort* x, ushort* w, ushort* to, float r, float* weightSums, int width)
    {
        var dot = Vector512<float>.Zero;
        for (var i = 0; i < width; i += 16)
        {
            var scaled = BFloat16Bits.Load(g + i) * BFloat16Bits.Load(x + i);
            (Vector512.Load(weightSums + i) + scaled * r).Store(weightSums + i);
            dot = Vector512.FusedMultiplyAdd(scaled, BFloat16Bits.Load(w + i), dot);
        }
        var back = Vector512.Sum(dot) / width * r * r;
        for (var i = 0; i < width; i += TensorRows.Step)
        {
            var low = (BFloat16Bits.Load(g + i) * BFloat16Bits.Load(w + i) - BFloat16Bits.Load(x + i) * back) * r;
            var high = (BFloat16Bits.Load(g + i + 16) * BFloat16Bits.Load(w + i + 16) - BFloat16Bits.Load(x + i + 16) * back) * r;
            BFloat16Bits.Store(to + i, low, high);
        }
    }
}
