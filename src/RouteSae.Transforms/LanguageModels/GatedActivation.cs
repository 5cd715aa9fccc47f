using RouteSae.LanguageModels.Fused;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RouteSae.LanguageModels;

/// <summary>The gated feed-forward's middle: silu(gate) ⊙ up.</summary>
internal static class GatedActivation
{
    /// <summary>Gate and up side by side [..., 2F] → [..., F].</summary>
    public static Tensor Apply(Tensor gateUp)
    {
        var width = gateUp.size(-1) / 2;
        if (BFloat16Rows.Fit(gateUp, width) && gateUp.is_contiguous())
            return GateFunction.apply(gateUp);
        using var scope = NewDisposeScope();
        return (functional.silu(gateUp.narrow(-1, 0, width)) * gateUp.narrow(-1, width, width)).MoveToOuterDisposeScope();
    }
}
