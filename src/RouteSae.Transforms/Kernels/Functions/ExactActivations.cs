using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RouteSae.Kernels.Functions;

/// <summary>
/// The functions that nonlinearities are made of, by operations that every processor rounds alike. Those of float64 are for results
/// that are rounded to float32.
/// </summary>
internal static class ExactActivations
{
    /// <summary>1 / (1 + e^−x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sigmoid(Vector512<float> x) => Vector512<float>.One / (Vector512<float>.One + ExactExponential.Of(-x));

    /// <summary>tanh(x) to about 10 digits: (e^2x − 1) / (e^2x + 1), near 0 the first terms of its series.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Tanh(Vector512<double> x)
    {
        var bounded = Vector512.Min(Vector512.Max(x, Vector512.Create(-20.0)), Vector512.Create(20.0));
        var power = ExactExponential.Of(bounded + bounded);
        var series = Vector512.FusedMultiplyAdd(x * x * x, Vector512.Create(-1.0 / 3), x);
        var small = Vector512.LessThan(Vector512.Abs(x), Vector512.Create(1e-4));
        return Vector512.ConditionalSelect(small, series, (power - Vector512<double>.One) / (power + Vector512<double>.One));
    }

    /// <summary>
    /// erf(x) to about 12 digits: x · P(x² / 8 − 1) up to 4, beyond ±1, which is within 1.6e-8. P was fitted over Chebyshev's nodes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Erf(Vector512<double> x)
    {
        var bounded = Vector512.Min(Vector512.Max(x, Vector512.Create(-4.0)), Vector512.Create(4.0));
        var u = Vector512.FusedMultiplyAdd(bounded * bounded, Vector512.Create(0.125), Vector512.Create(-1.0));
        var p = Vector512.Create(1.4883137738024427e-06);
        p = Vector512.FusedMultiplyAdd(p, u, Vector512.Create(-4.586436654384096e-06));
        p = Vector512.FusedMultiplyAdd(p, u, Vector512.Create(5.069598611100321e-06));
        p = Vector512.FusedMultiplyAdd(p, u, Vector512.Create(-1.2635295810882527e-05));
        p = Vector512.FusedMultiplyAdd(p, u, Vector512.Create(5.0516480984461565e-05));
        p = Vector512.FusedMultiplyAdd(p, u, Vector512.Create(-0.00012649419013464726));
        p = Vector512.FusedMultiplyAdd(p, u, Vector512.Create(0.0002730868781407246));
        p = Vector512.FusedMultiplyAdd(p, u, Vector512.Create(-0.0006048631720031436));
        p = Vector512.FusedMultiplyAdd(p, u, Vector512.Create(0.0012940700205056187));
        p = Vector512.FusedMultiplyAdd(p, u, Vector512.Create(-0.0025830290325423205));
        p = Vector512.FusedMultiplyAdd(p, u, Vector512.Create(0.004852986669306072));
        p = Vector512.FusedMultiplyAdd(p, u, Vector512.Create(-0.008604359881842768));
        p = Vector512.FusedMultiplyAdd(p, u, Vector512.Create(0.01434973873577006));
        p = Vector512.FusedMultiplyAdd(p, u, Vector512.Create(-0.02247402944863727));
        p = Vector512.FusedMultiplyAdd(p, u, Vector512.Create(0.033060611596419896));
        p = Vector512.FusedMultiplyAdd(p, u, Vector512.Create(-0.04576504084136504));
        p = Vector512.FusedMultiplyAdd(p, u, Vector512.Create(0.05988690674393009));
        p = Vector512.FusedMultiplyAdd(p, u, Vector512.Create(-0.07472787156784315));
        p = Vector512.FusedMultiplyAdd(p, u, Vector512.Create(0.09020899404424358));
        p = Vector512.FusedMultiplyAdd(p, u, Vector512.Create(-0.10771044230403215));
        p = Vector512.FusedMultiplyAdd(p, u, Vector512.Create(0.13167511689547207));
        p = Vector512.FusedMultiplyAdd(p, u, Vector512.Create(-0.17657623330392602));
        p = Vector512.FusedMultiplyAdd(p, u, Vector512.Create(0.35353099564340495));
        var beyond = Vector512.GreaterThan(Vector512.Abs(x), Vector512.Create(4.0));
        return Vector512.ConditionalSelect(beyond, Vector512.CopySign(Vector512<double>.One, x), bounded * p);
    }

    /// <summary>tanh(x) of float32 numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Tanh(Vector512<float> x)
    {
        var (low, high) = Vector512.Widen(x);
        return Vector512.Narrow(Tanh(low), Tanh(high));
    }

    /// <summary>erf(x) of float32 numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Erf(Vector512<float> x)
    {
        var (low, high) = Vector512.Widen(x);
        return Vector512.Narrow(Erf(low), Erf(high));
    }
}
