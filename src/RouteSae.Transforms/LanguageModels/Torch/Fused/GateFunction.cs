using System.Runtime.Intrinsics;
using RouteSae.Kernels;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels.Torch.Fused;

/// <summary><see cref="GatedActivation"/> in one pass, forward and backward.</summary>
internal sealed unsafe class GateFunction : autograd.SingleTensorFunction<GateFunction>
{
    public override string Name => nameof(GateFunction);

    /// <summary>Gate and up [..., 2F], contiguous.</summary>
    public override Tensor forward(autograd.AutogradContext context, params object[] inputs)
    {
        var gateUp = (Tensor)inputs[0];
        context.save_for_backward([gateUp]);
        return GateKernel.Run<BrainNumber>(gateUp);
    }

    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        return [Backward(gradient.contiguous(), context.get_saved_variables()[0]).MoveToOuterDisposeScope()];
    }

    private static Tensor Backward(Tensor gradient, Tensor gateUp)
    {
        var width = (int)gateUp.size(-1) / 2;
        var rows = gateUp.NumberOfElements / (2 * width);
        var result = empty_like(gateUp);
        ushort* from = BFloat16Rows.Data(gateUp), g = BFloat16Rows.Data(gradient), to = BFloat16Rows.Data(result);
        TensorRows.ForEach(rows, (first, end) =>
        {
            for (var row = first; row < end; row++)
            {
                ushort* gate = from + row * 2 * width, above = g + row * width, target = to + row * 2 * width;
                for (var i = 0; i < width; i += TensorRows.Step)
                {
                    var (gateLow, upLow) = Gradients(gate + i, gate + width + i, above + i);
                    var (gateHigh, upHigh) = Gradients(gate + i + 16, gate + width + i + 16, above + i + 16);
                    BFloat16Bits.Store(target + i, gateLow, gateHigh);
                    BFloat16Bits.Store(target + width + i, upLow, upHigh);
                }
            }
        }, gateUp, gradient, result);
        return result;
    }

    private static (Vector512<float> Gate, Vector512<float> Up) Gradients(ushort* gate, ushort* up, ushort* above)
    {
        Vector512<float> x = BFloat16Bits.Load(gate), g = BFloat16Bits.Load(above), s = GateKernel.Sigmoid(x);
        var silu = x * s;
        return (g * BFloat16Bits.Load(up) * (s + silu * (Vector512<float>.One - s)), g * silu);
    }
}
