using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>One step of Adam, θ ← θ − size · m / (√v · correction + ε), with the numbers of that step.</summary>
/// <param name="Beta1">β₁.</param>
/// <param name="Beta2">β₂.</param>
/// <param name="Size">lr / (1 − β₁ᵗ).</param>
/// <param name="Correction">1 / √(1 − β₂ᵗ).</param>
/// <param name="Epsilon">ε.</param>
internal readonly record struct AdamStep(double Beta1, double Beta2, double Size, double Correction, double Epsilon)
{
    /// <summary>Takes the step for <paramref name="count"/> numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void Apply(float* parameter, float* gradient, float* first, float* second, long count)
    {
        float beta1 = (float)Beta1, rest1 = (float)(1 - Beta1), beta2 = (float)Beta2, rest2 = (float)(1 - Beta2);
        float size = (float)Size, correction = (float)Correction, epsilon = (float)Epsilon;
        Vector512<float> b1 = Vector512.Create(beta1), r1 = Vector512.Create(rest1), b2 = Vector512.Create(beta2), r2 = Vector512.Create(rest2);
        Vector512<float> down = Vector512.Create(-size), root = Vector512.Create(correction), least = Vector512.Create(epsilon);
        var i = 0L;
        for (; i + FloatRows.Step <= count; i += FloatRows.Step)
        {
            var g = Vector512.Load(gradient + i);
            var m = Vector512.FusedMultiplyAdd(r1, g, b1 * Vector512.Load(first + i));
            var v = Vector512.FusedMultiplyAdd(r2, g * g, b2 * Vector512.Load(second + i));
            m.Store(first + i);
            v.Store(second + i);
            Vector512.FusedMultiplyAdd(down, m / Vector512.FusedMultiplyAdd(Vector512.Sqrt(v), root, least), Vector512.Load(parameter + i)).Store(parameter + i);
        }
        for (; i < count; i++)
        {
            first[i] = MathF.FusedMultiplyAdd(rest1, gradient[i], beta1 * first[i]);
            second[i] = MathF.FusedMultiplyAdd(rest2, gradient[i] * gradient[i], beta2 * second[i]);
            parameter[i] -= size * (first[i] / (MathF.Sqrt(second[i]) * correction + epsilon));
        }
    }
}
