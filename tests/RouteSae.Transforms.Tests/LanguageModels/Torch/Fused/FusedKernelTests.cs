using System.Runtime.Intrinsics;
using FluentAssertions;
using RouteSae.Kernels;
using RouteSae.LanguageModels;
using RouteSae.LanguageModels.Torch.Fused;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels.Torch.Fused;

/// <summary>The one-pass bfloat16 kernels, forward and backward, against plain float32 operations on the same numbers.</summary>
public sealed class FusedKernelTests
{
    private const double Epsilon = 1e-5;

    // One rounding to bfloat16 is at most 0.4 % of a number, 0.2 % in the mean.
    private const double OneRounding = 0.003;

    [Theory]
    [InlineData(32, 1)]
    [InlineData(96, 3)]
    [InlineData(256, 200)]
    public void Norm_equals_the_plain_one(int width, int rows)
    {
        using var scope = NewDisposeScope();
        Tensor x = Numbers([rows, width], 1), weight = Numbers([width], 2) + 1;
        Compare(
            [x, weight],
            inputs => NormFunction.apply(inputs[0], inputs[1], Epsilon),
            inputs => RootMeanSquareNorm.Plain(inputs[0], inputs[1], Epsilon));
    }

    [Theory]
    [InlineData(32, 1)]
    [InlineData(96, 3)]
    [InlineData(256, 200)]
    public void Gate_equals_the_plain_one(int width, int rows)
    {
        using var scope = NewDisposeScope();
        Compare([Numbers([rows, 2 * width], 3) * 4], inputs => GateFunction.apply(inputs[0]), inputs => GatedActivation.Plain(inputs[0]));
    }

    [Theory]
    [InlineData(1, 32, 1)]
    [InlineData(2, 64, 3)]
    [InlineData(1, 96, 2)]
    public void Attention_equals_the_plain_one(int batch, int length, int heads)
    {
        using var scope = NewDisposeScope();
        const int size = 64;
        var projected = Numbers([batch, length, 3 * heads * size], 4);
        var config = RandomModel.Even with { AttentionHeads = heads, KeyValueHeads = heads, HeadSize = size };
        var rotated = config;
        using var own = new RotaryFrequencies(rotated, rotated.Rope(sliding: false), CPU);
        var frequencies = own.For(longest: 1);
        var (cosine, sine) = RotaryEmbedding.Tables(frequencies, arange(length, ScalarType.Int64), ScalarType.BFloat16);

        // Weights, scores and their gradients are rounded on the way.
        Compare(
            [projected],
            inputs => AttentionFunction.apply(inputs[0], cosine, sine, heads),
            inputs => PlainAttention(inputs[0], cosine.to_type(ScalarType.Float32), sine.to_type(ScalarType.Float32), heads, size),
            bound: 0.01);
    }

    [Fact]
    public void Attention_refuses_lengths_and_heads_that_do_not_divide_evenly()
    {
        using var scope = NewDisposeScope();
        Tensor Projected(long length, long size) => zeros([1, length, 3 * size], ScalarType.BFloat16);

        AttentionFunction.Fits(Projected(64, 64), 1, 64).Should().Be(Vector256.IsHardwareAccelerated);
        AttentionFunction.Fits(Projected(40, 64), 1, 64).Should().BeFalse();
        AttentionFunction.Fits(Projected(64, 96), 1, 96).Should().BeFalse();
        AttentionFunction.Fits(Projected(64, 64).to_type(ScalarType.Float32), 1, 64).Should().BeFalse();
    }

    [Fact]
    public void Causal_softmax_sums_to_one_and_hides_later_positions()
    {
        using var scope = NewDisposeScope();
        var scores = (Numbers([2, 64, 64], 6) * 20).to_type(ScalarType.BFloat16);
        var later = ones([64, 64], ScalarType.Bool).triu(1);
        var expected = scores.to_type(ScalarType.Float32).masked_fill(later, double.NegativeInfinity).softmax(-1);

        CausalSoftmax.Forward(scores);

        RandomModel.RelativeError(scores, expected).Should().BeLessThan(OneRounding);
        scores.masked_select(later).count_nonzero().item<long>().Should().Be(0);
    }

    [Fact]
    public void Rounding_is_to_nearest_even()
    {
        using var scope = NewDisposeScope();
        // The gate multiplies float32 inside: up = 1 and a large gate leave the number as it is, so that only the store rounds.
        var gate = (Numbers([64, 32], 7).abs() + 1) * 1000;
        var gateUp = cat([gate, full([64, 32], 1.0 + 1.0 / 128)], -1).to_type(ScalarType.BFloat16);

        var product = GateKernel.Run<BrainNumber>(gateUp);

        var wide = gateUp.to_type(ScalarType.Float32);
        var expected = (wide.narrow(-1, 0, 32) * wide.narrow(-1, 32, 32)).to_type(ScalarType.BFloat16);
        product.eq(expected).all().item<bool>().Should().BeTrue();
    }

    private static void Compare(Tensor[] values, Func<Tensor[], Tensor> fused, Func<Tensor[], Tensor> plain, double bound = OneRounding)
    {
        var stored = Array.ConvertAll(values, value => value.to_type(ScalarType.BFloat16));
        var fusedInputs = Array.ConvertAll(stored, value => value.clone().requires_grad_(true));
        var plainInputs = Array.ConvertAll(stored, value => value.to_type(ScalarType.Float32).requires_grad_(true));
        Tensor actual = fused(fusedInputs), expected = plain(plainInputs);
        var above = Numbers(expected.shape, 5).to_type(ScalarType.BFloat16);
        actual.backward([above]);
        expected.backward([above.to_type(ScalarType.Float32)]);

        RandomModel.RelativeError(actual.detach(), expected.detach()).Should().BeLessThan(bound, "the result");
        for (var i = 0; i < values.Length; i++)
            RandomModel.RelativeError(fusedInputs[i].grad!, plainInputs[i].grad!).Should().BeLessThan(bound, $"the gradient of input {i}");
    }

    private static Tensor PlainAttention(Tensor projected, Tensor cosine, Tensor sine, int heads, int size)
    {
        var (batch, length) = (projected.size(0), projected.size(1));
        var parts = projected.view(batch, length, 3, heads, size).permute(2, 0, 3, 1, 4); // [3, B, H, S, d]
        Tensor query = RotaryEmbedding.Apply(parts[0], cosine, sine), key = RotaryEmbedding.Apply(parts[1], cosine, sine);
        var later = ones([length, length], ScalarType.Bool).triu(1);
        var weights = (query.matmul(key.transpose(-1, -2)) / Math.Sqrt(size)).masked_fill(later, double.NegativeInfinity).softmax(-1);
        return weights.matmul(parts[2]).transpose(1, 2).reshape(batch, length, heads * size);
    }

    private static Tensor Numbers(long[] shape, int seed) => randn(shape, generator: new Generator((ulong)seed));
}
