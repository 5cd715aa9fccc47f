using FluentAssertions;
using static TorchSharp.torch;

namespace RouteSae.Tests.Golden;

internal static class TensorAssertions
{
    /// <summary>Every element within <paramref name="absolute"/> + <paramref name="relative"/> · |expected|: the tolerance of tests/golden/README.md.</summary>
    public static void ShouldBeClose(this Tensor actual, Tensor expected, string what, double absolute = 1e-5, double relative = 1e-4)
    {
        using var scope = NewDisposeScope();
        actual.shape.Should().Equal(expected.shape, $"{what} must have the expected shape");
        var expected64 = expected.detach().to(ScalarType.Float64);
        var difference = (actual.detach().to(ScalarType.Float64) - expected64).abs();
        var excess = (difference - expected64.abs() * relative).max().item<double>();
        excess.Should().BeLessThanOrEqualTo(absolute, $"{what} differs by up to {difference.max().item<double>():E2}");
    }

    /// <summary>The same shape, and the same value to the last bit everywhere.</summary>
    public static void ShouldBeIdentical(this Tensor actual, Tensor expected, string what)
    {
        using var scope = NewDisposeScope();
        actual.shape.Should().Equal(expected.shape, $"{what} must have the expected shape");
        actual.detach().eq(expected.detach()).all().item<bool>().Should().BeTrue($"{what} must not differ");
    }
}
