using FluentAssertions;
using RouteSae.Autoencoders.Kernels;
using Xunit;

namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>The one product of rows that everything exact rests on: the same bits on every processor.</summary>
[Trait(KernelCategory.Trait, KernelCategory.Name)]
public sealed unsafe class FloatRowsTests
{
    public static IEnumerable<object[]> Lengths => new[] { 0, 1, 2, 15, 16, 17, 31, 32, 33, 47, 48, 63, 64, 100, 129, 1030 }.Select(length => new object[] { length });

    [Theory]
    [MemberData(nameof(Lengths))]
    public void DotHasTheBitsOfThePlainSum(int length)
    {
        foreach (var scale in new[] { 1.0, 1e15, 1e-19 })
        {
            var rows = Rows(length, scale);

            BitConverter.SingleToInt32Bits(Dot(rows[0], rows[1])).Should().Be(BitConverter.SingleToInt32Bits(PlainEncoder.Dot(rows[0], rows[1])));
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void DotIsTheSumInFloat64UpToRounding(int length)
    {
        var rows = Rows(length, 1);
        var (exact, magnitude) = (0.0, 0.0);
        for (var i = 0; i < length; i++)
        {
            exact += (double)rows[0][i] * rows[1][i];
            magnitude += Math.Abs((double)rows[0][i] * rows[1][i]);
        }

        ((double)Dot(rows[0], rows[1])).Should().BeApproximately(exact, (length / 32 + 24) * magnitude / (1 << 24));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void FourProductsAtOnceHaveTheSameBits(int length)
    {
        var rows = Rows(length, 1);
        var four = new float[4];
        fixed (float* a = rows[0], b0 = rows[1], b1 = rows[2], b2 = rows[3], b3 = rows[4], result = four)
            FloatRows.Dot4(a, b0, b1, b2, b3, length, result);

        for (var n = 0; n < 4; n++)
            BitConverter.SingleToInt32Bits(four[n]).Should().Be(BitConverter.SingleToInt32Bits(Dot(rows[0], rows[n + 1])), "product {0}", n);
    }

    private static float[][] Rows(int length, double scale) =>
        [.. Enumerable.Range(0, 5).Select(seed => EncoderCase.Normal(new Random(seed), length, scale))];

    private static float Dot(float[] a, float[] b)
    {
        fixed (float* left = a, right = b)
            return FloatRows.Dot(left, right, a.Length);
    }
}
