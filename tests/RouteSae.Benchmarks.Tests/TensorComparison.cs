using FluentAssertions;
using static TorchSharp.torch;

namespace RouteSae.Benchmarks.Tests;

internal static class TensorComparison
{
    /// <summary>The length of the difference is at most <paramref name="relative"/> times the length of the expected tensor.</summary>
    public static void ShouldEqual(this Tensor actual, Tensor expected, string what, double relative = 1e-5)
    {
        using var scope = NewDisposeScope();
        actual.shape.Should().Equal(expected.shape, $"{what} must have the expected shape");
        var expected64 = expected.detach().to(ScalarType.Float64);
        var difference = (actual.detach().to(ScalarType.Float64) - expected64).norm().item<double>();
        var size = expected64.norm().item<double>();
        difference.Should().BeLessThanOrEqualTo(relative * size, $"{what} has length {size:E2}");
    }

    /// <summary>Every element within 1e-5 + 1e-4 · |expected|: the tolerance of tests/golden/README.md.</summary>
    public static void ShouldBeGolden(this Tensor actual, Tensor expected, string what)
    {
        using var scope = NewDisposeScope();
        actual.shape.Should().Equal(expected.shape, $"{what} must have the expected shape");
        actual.detach().allclose(expected, rtol: 1e-4, atol: 1e-5).Should().BeTrue($"{what} must be the golden one");
    }
}
