using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>What an autoencoder without a router reads of a hidden state, and the way back: h = x · factor + offset. The tensors live in the caller's scope.</summary>
/// <param name="Values">x, [N, D].</param>
/// <param name="Factor">[N, 1]; null: 1.</param>
/// <param name="Offset">[N, 1]; null: 0.</param>
internal sealed record ScaledActivations(Tensor Values, Tensor? Factor = null, Tensor? Offset = null)
{
    private const double LayerNormEpsilon = 1e-5;

    /// <summary>Scales hidden states of N tokens.</summary>
    /// <param name="hiddenState">[N, D], in the type and on the device of the autoencoder.</param>
    /// <param name="scaling">Any but <see cref="HiddenStateScaling.PerLayer"/>.</param>
    /// <param name="fidelity">With <see cref="HiddenStateScaling.PerToken"/> the reference multiplies by std although std + 1e-6 was divided by.</param>
    public static ScaledActivations Of(Tensor hiddenState, HiddenStateScaling scaling, Fidelity fidelity)
    {
        using var scope = NewDisposeScope();
        var scaled = scaling switch
        {
            HiddenStateScaling.PerToken => PerToken(hiddenState, fidelity),
            HiddenStateScaling.None => new ScaledActivations(hiddenState.alias()),
            HiddenStateScaling.Centered => Centered(hiddenState),
            HiddenStateScaling.ConstantNorm => WithConstantNorm(new ScaledActivations(hiddenState)),
            HiddenStateScaling.CenteredConstantNorm => WithConstantNorm(Centered(hiddenState)),
            HiddenStateScaling.LayerNorm => LayerNorm(Centered(hiddenState)),
            _ => throw new NotSupportedException($"An autoencoder without a router has no scaling {scaling}."),
        };
        return scaled.MoveToOuterDisposeScope();
    }

    /// <summary>Back to the scale of the raw hidden states, in the caller's scope.</summary>
    /// <param name="x">A reconstruction of <see cref="Values"/>, [N, D].</param>
    public Tensor Undo(Tensor x)
    {
        using var scope = NewDisposeScope();
        var raw = Factor is null ? x : x * Factor;
        return (Offset is null ? raw.alias() : raw + Offset).MoveToOuterDisposeScope();
    }

    internal ScaledActivations MoveToOuterDisposeScope()
    {
        Values.MoveToOuterDisposeScope();
        Factor?.MoveToOuterDisposeScope();
        Offset?.MoveToOuterDisposeScope();
        return this;
    }

    private static ScaledActivations PerToken(Tensor hiddenState, Fidelity fidelity)
    {
        var standardized = Standardization.Apply(hiddenState);
        var factor = fidelity == Fidelity.Reference ? standardized.StandardDeviation : standardized.StandardDeviation + Standardization.Epsilon;
        return new ScaledActivations(standardized.Values, factor, standardized.Mean);
    }

    private static ScaledActivations Centered(Tensor hiddenState)
    {
        var mean = hiddenState.mean([-1L], keepdim: true);
        return new ScaledActivations(hiddenState - mean, Offset: mean);
    }

    private static ScaledActivations WithConstantNorm(ScaledActivations centered)
    {
        var factor = centered.Values.norm(-1, keepdim: true) / Math.Sqrt(centered.Values.shape[^1]);
        return centered with { Values = centered.Values / factor, Factor = factor };
    }

    private static ScaledActivations LayerNorm(ScaledActivations centered)
    {
        var deviation = (centered.Values.square().sum([-1L], keepdim: true) / (centered.Values.shape[^1] - 1)).sqrt();
        return centered with { Values = centered.Values / (deviation + LayerNormEpsilon), Factor = deviation };
    }
}
