using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RouteSae.LanguageModels.Engine;

/// <summary>The middle of a feed-forward: biases, the nonlinearity and the gate, a row at a time.</summary>
internal abstract unsafe class ActivationRows
{
    /// <summary>target [width] = f(x + b), with a gate f(gate + b) ⊙ (up + b). What stands behind the width is undefined.</summary>
    /// <param name="x">A row of the product; up stands <paramref name="up"/> numbers behind the gate.</param>
    /// <param name="bias">As x; null without.</param>
    /// <param name="up">0 without a gate.</param>
    /// <param name="target">The result.</param>
    /// <param name="width">Numbers, filled up to a multiple of 16.</param>
    public abstract void Apply(float* x, float* bias, int up, float* target, int width);

    public static ActivationRows Of(ActivationKind kind) => kind switch
    {
        ActivationKind.Gelu => new ActivationRows<Gelu>(),
        ActivationKind.GeluTanh => new ActivationRows<GeluTanh>(),
        ActivationKind.GeluSigmoid => new ActivationRows<GeluSigmoid>(),
        ActivationKind.Relu => new ActivationRows<Relu>(),
        ActivationKind.ReluSquared => new ActivationRows<ReluSquared>(),
        ActivationKind.Tanh => new ActivationRows<Tanh>(),
        _ => new ActivationRows<Silu>(),
    };
}

/// <inheritdoc/>
internal sealed unsafe class ActivationRows<T> : ActivationRows
    where T : struct, IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Apply(float* x, float* bias, int up, float* target, int width)
    {
        for (var i = 0; i < width; i += 16)
        {
            var value = Vector512.Load(x + i);
            value = T.Apply(bias is null ? value : value + Vector512.Load(bias + i));
            if (up > 0)
            {
                var factor = Vector512.Load(x + up + i);
                value *= bias is null ? factor : factor + Vector512.Load(bias + up + i);
            }

            value.Store(target + i);
        }
    }
}
