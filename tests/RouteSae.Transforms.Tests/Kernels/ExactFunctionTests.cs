using System.Runtime.Intrinsics;
using FluentAssertions;
using RouteSae.Kernels.Functions;
using Xunit;

namespace RouteSae.Tests.Kernels;

/// <summary>Functions of our own against the runtime's in float64, over dense ranges and at special values.</summary>
public sealed class ExactFunctionTests
{
    private const int Points = 40_000;

    [Fact]
    public void Exponential_in_float32_is_within_two_units_in_the_last_place()
    {
        foreach (var x in Range(-87.3, 88.7).Concat(Range(-1, 1)).Select(x => (float)x))
        {
            Units(Single(ExactExponential.Of, x), Math.Exp(x)).Should().BeLessThan(2, "e^{0:R}", x);
        }
    }

    [Fact]
    public void Exponential_in_float32_knows_its_limits()
    {
        Single(ExactExponential.Of, 0).Should().Be(1);
        Single(ExactExponential.Of, float.NegativeInfinity).Should().Be(0);
        Single(ExactExponential.Of, float.PositiveInfinity).Should().Be(float.PositiveInfinity);
        Single(ExactExponential.Of, 89).Should().Be(float.PositiveInfinity);
        Single(ExactExponential.Of, -105).Should().Be(0);
        Single(ExactExponential.Of, float.NaN).Should().Be(float.NaN);
        Single(ExactExponential.Of, float.Epsilon).Should().Be(1);
        foreach (var x in new[] { -88f, -95.5f, -100f, -103f })
        {
            Math.Abs(Single(ExactExponential.Of, x) - Math.Exp(x)).Should().BeLessThanOrEqualTo(float.Epsilon * 1.01, "subnormal e^{0}", x);
        }
    }

    [Fact]
    public void Exponential_in_float64_has_thirteen_digits()
    {
        foreach (var x in Range(-700, 700).Concat(Range(-1, 1)))
        {
            (Math.Abs(Double(ExactExponential.Of, x) - Math.Exp(x)) / Math.Exp(x)).Should().BeLessThan(1e-12, "e^{0:R}", x);
        }

        Double(ExactExponential.Of, double.NegativeInfinity).Should().Be(0);
        Double(ExactExponential.Of, double.PositiveInfinity).Should().Be(double.PositiveInfinity);
        Double(ExactExponential.Of, double.NaN).Should().Be(double.NaN);
    }

    [Fact]
    public void Hyperbolic_tangent_is_rounded_as_the_true_one_is()
    {
        foreach (var x in Range(-25, 25).Concat(Range(-1e-3, 1e-3)).Concat(Range(-1e-30, 1e-30)).Select(x => (float)x))
        {
            Units(Single(ExactActivations.Tanh, x), Math.Tanh(x)).Should().BeLessThan(0.51, "tanh {0:R}", x);
        }

        Single(ExactActivations.Tanh, float.PositiveInfinity).Should().Be(1);
        Single(ExactActivations.Tanh, float.NegativeInfinity).Should().Be(-1);
        Single(ExactActivations.Tanh, float.NaN).Should().Be(float.NaN);
        Single(ExactActivations.Tanh, float.Epsilon).Should().Be(float.Epsilon);
    }

    [Fact]
    public void Error_function_equals_the_integral_of_the_normal_distribution()
    {
        foreach (var x in Range(-5, 5).Concat(Range(-1e-3, 1e-3)).Where((_, i) => i % 40 == 0).Select(x => (float)x))
        {
            Units(Single(ExactActivations.Erf, x), Erf(x)).Should().BeLessThan(0.51, "erf {0:R}", x);
        }

        Single(ExactActivations.Erf, float.PositiveInfinity).Should().Be(1);
        Single(ExactActivations.Erf, float.NegativeInfinity).Should().Be(-1);
        Single(ExactActivations.Erf, float.NaN).Should().Be(float.NaN);
        Single(ExactActivations.Erf, 0).Should().Be(0);
    }

    [Fact]
    public void Sine_and_cosine_hold_up_to_the_last_positions_of_long_contexts()
    {
        foreach (var x in Range(-10, 10).Concat(Range(0, 131_072)).Concat(Range(1e8, 1e9)).Select(x => (double)(float)x))
        {
            var (sine, cosine) = ExactTrigonometry.SinCos(x);
            Math.Abs(sine - Math.Sin(x)).Should().BeLessThan(1e-15, "sin {0:R}", x);
            Math.Abs(cosine - Math.Cos(x)).Should().BeLessThan(1e-15, "cos {0:R}", x);
        }

        ExactTrigonometry.SinCos(0).Should().Be((0, 1));
        foreach (var x in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1L << 50 })
        {
            ExactTrigonometry.SinCos(x).Should().Be((double.NaN, double.NaN), "of {0}", x);
        }
    }

    [Fact]
    public void Logarithm_and_power_have_fourteen_digits()
    {
        foreach (var x in Range(1e-6, 3).Concat(Range(3, 1e7)).Append(double.Epsilon).Append(1e300))
        {
            Math.Abs(ExactPower.Log(x) - Math.Log(x)).Should().BeLessThan(1e-14 * Math.Max(1e-2, Math.Abs(Math.Log(x))), "ln {0:R}", x);
            var power = Math.Pow(x, 0.73);
            Math.Abs(ExactPower.Pow(x, 0.73) - power).Should().BeLessThan(1e-13 * power, "{0:R}^0.73", x);
        }

        ExactPower.Pow(0, 2).Should().Be(0);
        ExactPower.Pow(5, 0).Should().Be(1);
        ExactPower.Pow(1, double.PositiveInfinity).Should().Be(1);
        ExactPower.Pow(2, double.NegativeInfinity).Should().Be(0);
        ExactPower.Pow(-2, 0.5).Should().Be(double.NaN);
        ExactPower.Log(0).Should().Be(double.NegativeInfinity);
        ExactPower.Log(double.PositiveInfinity).Should().Be(double.PositiveInfinity);
        ExactPower.Log(double.NaN).Should().Be(double.NaN);
    }

    [Fact]
    public unsafe void A_sum_has_sixteen_parts_and_one_tree()
    {
        var random = new Random(5);
        float[] values = [.. Enumerable.Range(0, 80).Select(_ => (float)(random.NextDouble() - 0.5))];
        var parts = new float[16];
        for (var i = 0; i < values.Length; i++)
        {
            parts[i % 16] += values[i];
        }

        for (var width = 8; width >= 4; width /= 2)
        {
            for (var i = 0; i < width; i++)
            {
                parts[i] += parts[i + width];
            }
        }

        fixed (float* pointer = values)
        {
            OrderedSum.Of(pointer, values.Length).Should().Be((parts[0] + parts[2]) + (parts[1] + parts[3]));
        }
    }

    private static IEnumerable<double> Range(double from, double to) => Enumerable.Range(0, Points + 1).Select(i => from + (to - from) * i / Points);

    private static float Single(Func<Vector512<float>, Vector512<float>> function, float x) => function(Vector512.Create(x))[3];

    private static double Double(Func<Vector512<double>, Vector512<double>> function, double x) => function(Vector512.Create(x))[3];

    /// <summary>How far a number is from the true one, in steps between float32 numbers there.</summary>
    private static double Units(float actual, double expected)
    {
        var nearest = Math.Abs((float)expected);
        return actual == expected ? 0 : Math.Abs(actual - expected) / (MathF.BitIncrement(nearest) - nearest);
    }

    /// <summary>2/√π ∫ e^−t² dt from 0, by Simpson's rule over 2,000 pieces.</summary>
    private static double Erf(double x)
    {
        const int pieces = 2000;
        var (step, sum) = (x / pieces, 1 + Math.Exp(-x * x));
        for (var i = 1; i < pieces; i++)
        {
            var t = i * step;
            sum += (i % 2 == 1 ? 4 : 2) * Math.Exp(-t * t);
        }

        return 2 / Math.Sqrt(Math.PI) * sum * step / 3;
    }
}
