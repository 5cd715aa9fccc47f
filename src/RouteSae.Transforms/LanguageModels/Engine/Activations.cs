using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RouteSae.Kernels.Functions;

namespace RouteSae.LanguageModels.Engine;

/// <summary>x · sigmoid(x).</summary>
internal readonly struct Silu : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Apply(Vector512<float> x) => x / (Vector512<float>.One + ExactExponential.Of(-x));
}

/// <summary>x · Φ(x).</summary>
internal readonly struct Gelu : IActivation
{
    private const double RootHalf = 0.7071067811865476;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Apply(Vector512<float> x)
    {
        var (low, high) = Vector512.Widen(x);
        return Vector512.Narrow(Wide(low), Wide(high));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Wide(Vector512<double> x) =>
        x * Vector512.Create(0.5) * (Vector512<double>.One + ExactActivations.Erf(x * Vector512.Create(RootHalf)));
}

/// <summary>0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))).</summary>
internal readonly struct GeluTanh : IActivation
{
    private const double RootTwoOverPi = 0.7978845608028654;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Apply(Vector512<float> x)
    {
        var (low, high) = Vector512.Widen(x);
        return Vector512.Narrow(Wide(low), Wide(high));
    }

    /// <summary>0.5 (1 + tanh(u)) = 1 / (1 + e^−2u).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Wide(Vector512<double> x)
    {
        var inner = Vector512.FusedMultiplyAdd(x * x * x, Vector512.Create(0.044715), x) * Vector512.Create(-2 * RootTwoOverPi);
        return x / (Vector512<double>.One + ExactExponential.Of(inner));
    }
}

/// <summary>x · sigmoid(1.702 x).</summary>
internal readonly struct GeluSigmoid : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Apply(Vector512<float> x) => x / (Vector512<float>.One + ExactExponential.Of(x * Vector512.Create(-1.702f)));
}

/// <summary>max(x, 0).</summary>
internal readonly struct Relu : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Apply(Vector512<float> x) => Vector512.Max(x, Vector512<float>.Zero);
}

/// <summary>max(x, 0)².</summary>
internal readonly struct ReluSquared : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Apply(Vector512<float> x)
    {
        var positive = Vector512.Max(x, Vector512<float>.Zero);
        return positive * positive;
    }
}

/// <summary>tanh(x).</summary>
internal readonly struct Tanh : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Apply(Vector512<float> x) => ExactActivations.Tanh(x);
}
