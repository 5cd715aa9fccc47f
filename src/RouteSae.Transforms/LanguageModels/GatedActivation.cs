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
        if (!BFloat16Rows.Fit(gateUp, gateUp.size(-1) / 2))
            return Plain(gateUp);
        return Gradients.AreWanted(gateUp) ? GateFunction.apply(gateUp) : GateFunction.Infer(gateUp);
    }

    /// <summary>The same in operations of the library.</summary>
    public static Tensor Plain(Tensor gateUp)
    {
        using var scope = NewDisposeScope();
        var width = gateUp.size(-1) / 2;
        return (functional.silu(gateUp.narrow(-1, 0, width)) * gateUp.narrow(-1, width, width)).MoveToOuterDisposeScope();
    }
}
