using RouteSae.Kernels;
using RouteSae.LanguageModels.Torch.Fused;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RouteSae.LanguageModels;

/// <summary>The gated feed-forward's middle: silu(gate) ⊙ up.</summary>
internal static class GatedActivation
{
    /// <summary>Gate and up side by side [..., 2F] → [..., F].</summary>
    public static Tensor Apply(Tensor gateUp)
    {
        var (fits, recorded) = (TensorRows.Fit(gateUp, gateUp.size(-1) / 2), Gradients.AreWanted(gateUp));
        return (fits, gateUp.dtype, recorded) switch
        {
            (true, ScalarType.BFloat16, true) => GateFunction.apply(gateUp),
            (true, ScalarType.BFloat16, false) => GateKernel.Run<BrainNumber>(gateUp),
            (true, ScalarType.Float32, false) => GateKernel.Run<SingleNumber>(gateUp),
            _ => Plain(gateUp),
        };
    }

    /// <summary>The same in operations of the library.</summary>
    public static Tensor Plain(Tensor gateUp)
    {
        using var scope = NewDisposeScope();
        var width = gateUp.size(-1) / 2;
        return (functional.silu(gateUp.narrow(-1, 0, width)) * gateUp.narrow(-1, width, width)).MoveToOuterDisposeScope();
    }
}
