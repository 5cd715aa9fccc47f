using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kernels;
using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>Decoding by the kernel is decoding by TorchSharp operations, and neither reads what does not exist.</summary>
[Trait(KernelCategory.Trait, KernelCategory.Name)]
[Collection(nameof(ThreadCount))]
public sealed class SparseDecoderTests
{
    private const int Latents = 60;

    public static IEnumerable<object[]> Cases =>
        from width in new[] { 2, 3, 15, 16, 17, 40, 127, 128, 129, 300, 1023, 1024, 1030, 1040 }
        from slots in new[] { 1, 3, 4, 7, 32 }
        select new object[] { width, slots };

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheKernelDecodesAsTorchDoes(int width, int slots)
    {
        using var scope = NewDisposeScope();
        using var autoencoder = Autoencoder(width);
        var codes = Codes(tokens: 21, slots);
        autoencoder.Path = ComputePath.TorchOperations;
        var expected = autoencoder.Decode(codes);

        foreach (var threads in new[] { 1, 2 })
        {
            using var thread = new ThreadCount(threads);
            SparseDecoder.Decode(autoencoder.DecoderDirections, autoencoder.PreBias, codes).ShouldBeClose(expected, "reconstruction");
            SparseDecoder.Decode(autoencoder.DecoderDirections, null, codes).ShouldBeClose(expected - autoencoder.PreBias, "sum of directions");
        }
    }

    // Every element is the bias and then one product after the other, whatever the width.
    [Theory]
    [InlineData(40)]
    [InlineData(129)]
    [InlineData(1030)]
    public void SumsHaveOneOrder(int width)
    {
        using var scope = NewDisposeScope();
        using var autoencoder = Autoencoder(width);
        var codes = PlainCodes.Of(Codes(tokens: 3, slots: 9));
        float[] rows = autoencoder.DecoderDirections.data<float>().ToArray(), bias = autoencoder.PreBias.data<float>().ToArray();

        var actual = SparseDecoder.Decode(autoencoder.DecoderDirections, autoencoder.PreBias, Codes(tokens: 3, slots: 9)).data<float>().ToArray();

        for (var place = 0; place < actual.Length; place++)
        {
            var (token, sum) = (place / width, bias[place % width]);
            for (var k = 0; k < codes.Slots; k++)
                sum = MathF.FusedMultiplyAdd(codes.ValuesOf(token)[k], rows[codes.IndicesOf(token)[k] * width + place % width], sum);
            actual[place].Should().Be(sum, "element {0} of token {1}", place % width, token);
        }
    }

    [Theory]
    [InlineData(Latents)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void ALatentThatDoesNotExistIsNamed(long latent)
    {
        using var scope = NewDisposeScope();
        using var autoencoder = Autoencoder(40);
        var codes = Codes(tokens: 40, slots: 5);
        codes.Indices[33, 4] = latent;

        foreach (var threads in new[] { 1, 2 })
        {
            using var thread = new ThreadCount(threads);
            var decode = () => SparseDecoder.Decode(autoencoder.DecoderDirections, autoencoder.PreBias, codes);
            decode.Should().Throw<ArgumentException>().WithMessage($"Token 33 has latent {latent}, but there are only 60 latents (0 to 59). (Parameter 'codes')");
        }
    }

    [Theory]
    [InlineData(nameof(ComputePath.Auto))]
    [InlineData(nameof(ComputePath.TorchOperations))]
    public void CodesInAnyLayoutAreDecoded(string path)
    {
        using var scope = NewDisposeScope();
        using var autoencoder = Autoencoder(30);
        var codes = Codes(tokens: 8, slots: 6);
        var expected = SparseDecoder.Decode(autoencoder.DecoderDirections, autoencoder.PreBias, codes);
        autoencoder.Path = Enum.Parse<ComputePath>(path);
        var (indices, values) = (codes.Indices.t().contiguous().t(), codes.Values.t().contiguous().t());

        autoencoder.Decode(new SparseCodes(indices, codes.Values)).ShouldBeClose(expected, "strided indices");
        autoencoder.Decode(new SparseCodes(codes.Indices, values)).ShouldBeClose(expected, "strided values");
        autoencoder.Decode(new SparseCodes(indices, values)).ShouldBeClose(expected, "both strided");
    }

    [Fact]
    public void CodesOfTwoShapesAreRefused()
    {
        using var scope = NewDisposeScope();
        using var autoencoder = Autoencoder(30);
        var codes = Codes(tokens: 8, slots: 6);

        foreach (var values in new[] { zeros(8, 5), zeros(7, 6), zeros(48), zeros(6, 8) })
        {
            var decode = () => SparseDecoder.Decode(autoencoder.DecoderDirections, autoencoder.PreBias, new SparseCodes(codes.Indices, values));
            decode.Should().Throw<ArgumentException>().WithMessage(
                $"The indices of the codes have shape [8, 6], but their values have shape [{string.Join(", ", values.shape)}]; both must be [tokens, slots]. (Parameter 'codes')");
        }
    }

    [Fact]
    public void DirectionsAreScaledToLengthOne()
    {
        using var scope = NewDisposeScope();
        foreach (var width in new[] { 2, 17, 32, 129 })
        {
            var rows = randn(150, width, generator: new Generator(5)) * 7;
            rows[3] = 0;
            var expected = rows.to(ScalarType.Float64) / rows.to(ScalarType.Float64).norm(1, keepdim: true).clamp_min(1e-30);

            UnitRows.Normalize(rows);

            rows.ShouldBeClose(expected, "directions", absolute: 1e-6, relative: 1e-6);
        }
    }

    private static TopKAutoencoder Autoencoder(int width)
    {
        var autoencoder = TopKAutoencoder.Create(new TopKArchitecture { HiddenSize = width, Latents = Latents, ActiveLatents = 4 }, seed: width);
        using var noGradient = no_grad();
        using var bias = randn(width, generator: new Generator(1));
        autoencoder.PreBias.copy_(bias);
        return autoencoder;
    }

    private static SparseCodes Codes(int tokens, int slots)
    {
        using var generator = new Generator((ulong)slots);
        var (values, indices) = randn(tokens, Latents, generator: generator).topk(slots, dim: -1);
        return new SparseCodes(indices, values);
    }
}
