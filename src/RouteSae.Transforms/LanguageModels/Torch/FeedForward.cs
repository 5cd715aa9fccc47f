using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RouteSae.LanguageModels.Torch;

/// <summary>
/// The feed-forward of a layer: W_down · (f(W_gate · x) ⊙ W_up · x), with gate and up in one matrix, or W_down · f(W_up · x).
/// Owns its weights.
/// </summary>
internal sealed class FeedForward(DecoderConfig config) : IDisposable
{
    public required Tensor GateUp { get; init; } // [2 · intermediate, D]; [intermediate, D] without a gate

    public Tensor? GateUpBias { get; init; }

    public required Tensor Down { get; init; } // [D, intermediate]

    public Tensor? DownBias { get; init; }

    public IEnumerable<Tensor> Parameters => new[] { GateUp, GateUpBias, Down, DownBias }.OfType<Tensor>();

    /// <summary>x [B, S, D] → [B, S, D].</summary>
    public Tensor Apply(Tensor x)
    {
        using var scope = NewDisposeScope();
        var wide = functional.linear(x, GateUp, GateUpBias);
        return functional.linear(Activated(wide), Down, DownBias).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var parameter in Parameters)
            parameter.Dispose();
    }

    private Tensor Activated(Tensor wide)
    {
        if (!config.GatedFeedForward)
            return Activation.Apply(config.Activation, wide);
        if (config.Activation == ActivationKind.Silu)
            return GatedActivation.Apply(wide);
        var width = wide.size(-1) / 2;
        return Activation.Apply(config.Activation, wide.narrow(-1, 0, width)) * wide.narrow(-1, width, width);
    }
}
