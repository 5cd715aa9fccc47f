using System.Runtime.Intrinsics;
using FluentAssertions;
using RouteSae.Autoencoders.Kernels;
using RouteSae.Kernels;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>Rounding to bfloat16 and what it costs.</summary>
[Trait(KernelCategory.Trait, KernelCategory.Name)]
[Collection(nameof(ThreadCount))]
public sealed unsafe class RoundingTests
{
    private static readonly float[] s_numbers =
    [
        0f, -0f, 1f, -1f, 1.00390625f, 1.01171875f, -1.00390625f, 1.003906f, 1.003907f, 3.3e38f,
        -2e-40f, 1e-45f, 65504f, 0.1f, -1e-30f, 123456.78f,
    ];

    [Fact]
    public void NearestIsTorchsConversion()
    {
        using var scope = NewDisposeScope();
        var expected = tensor(s_numbers).to(ScalarType.BFloat16);
        var bits = new ReadOnlySpan<ushort>(TensorData.BFloat16s(expected), s_numbers.Length).ToArray();

        s_numbers.Select(BFloat16Bits.Nearest).Should().Equal(bits);
        var vector = BFloat16Bits.Nearest(Vector512.Create(s_numbers));
        Enumerable.Range(0, 16).Select(i => (ushort)vector[i]).Should().Equal(bits);
        var back = BFloat16Bits.ToSingle(vector);
        Enumerable.Range(0, 16).Select(i => back[i]).Should().Equal(bits.Select(BFloat16Bits.ToSingle));
    }

    [Theory]
    [InlineData(0f, 0f)]
    [InlineData(1f, 1f)]
    [InlineData(1.00001f, 1.0078125f)]
    [InlineData(float.Epsilon, 9.18355e-41f)]
    [InlineData(float.MaxValue, float.PositiveInfinity)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NaN, float.NaN)]
    public void AboveIsTheNextBFloat16Upwards(float value, float expected) =>
        BFloat16Bits.ToSingle(BFloat16Bits.Above(value)).Should().Be(expected);

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(77)]
    [InlineData(1030)]
    public void ARowsLengthAndErrorAreMeasured(int width)
    {
        var source = EncoderCase.Normal(new Random(width), width, 3);
        var rounded = new ushort[width];
        RowRounding measured;
        fixed (float* from = source)
        fixed (ushort* to = rounded)
            measured = RowRounding.Round(from, to, width);

        rounded.Should().Equal(source.Select(BFloat16Bits.Nearest));
        var error = Math.Sqrt(source.Zip(rounded, (value, bits) => Math.Pow((double)value - BFloat16Bits.ToSingle(bits), 2)).Sum());
        ((double)measured.Length).Should().BeApproximately(Math.Sqrt(source.Sum(value => (double)value * value)), 1e-5 * measured.Length);
        ((double)measured.Error).Should().BeApproximately(error, 1e-5 * error);
    }
}
