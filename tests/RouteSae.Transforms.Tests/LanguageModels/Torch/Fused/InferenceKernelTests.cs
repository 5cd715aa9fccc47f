using FluentAssertions;
using RouteSae.Kernels;
using RouteSae.LanguageModels;
using RouteSae.LanguageModels.Torch.Fused;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels.Torch.Fused;

/// <summary>The one-pass kernels of inference in both types against plain float64 operations on the same numbers.</summary>
public sealed class InferenceKernelTests
{
    private const int Size = 64;

    public static TheoryData<ScalarType, int, int, int, int> Attentions
    {
        get
        {
            var cases = new TheoryData<ScalarType, int, int, int, int>();
            foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
            {
                foreach (var (batch, length, heads, keyValueHeads) in new[] { (1, 1, 1, 1), (2, 3, 2, 2), (3, 32, 2, 1), (2, 37, 4, 2), (1, 130, 3, 3) })
                    cases.Add(type, batch, length, heads, keyValueHeads);
            }

            return cases;
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32, 32, 1)]
    [InlineData(ScalarType.Float32, 256, 200)]
    [InlineData(ScalarType.BFloat16, 96, 3)]
    public void Norm_equals_the_plain_one(ScalarType type, int width, int rows)
    {
        using var scope = NewDisposeScope();
        Tensor x = Numbers([rows, width], 1, type) * 5, weight = Numbers([width], 2, type) + 1;
        if (rows > 1)
            x[0] = zeros(width, type);

        var actual = RootMeanSquareNorm.Apply(x, weight, 1e-5);

        var wide = x.to_type(ScalarType.Float64);
        var expected = wide / (wide.square().mean([-1], keepdim: true) + 1e-5).sqrt() * weight.to_type(ScalarType.Float64);
        Check(actual, expected, type);
    }

    [Theory]
    [InlineData(ScalarType.Float32, 32, 1)]
    [InlineData(ScalarType.Float32, 256, 200)]
    [InlineData(ScalarType.BFloat16, 96, 3)]
    public void Gate_equals_the_plain_one(ScalarType type, int width, int rows)
    {
        using var scope = NewDisposeScope();
        var gateUp = Numbers([rows, 2 * width], 3, type) * 8;
        gateUp[0, 0] = -200f;
        gateUp[0, 1] = 200f;

        var actual = GatedActivation.Apply(gateUp);

        var wide = gateUp.to_type(ScalarType.Float64);
        var gate = wide.narrow(-1, 0, width);
        Check(actual, gate * gate.sigmoid() * wide.narrow(-1, width, width), type);
    }

    [Theory]
    [MemberData(nameof(Attentions))]
    public void Attention_equals_the_plain_one(ScalarType type, int batch, int length, int heads, int keyValueHeads)
    {
        using var scope = NewDisposeScope();
        var projected = Numbers([batch, length, (heads + 2 * keyValueHeads) * Size], 4, type);
        projected[0, 0, 0] = 300f; // a score that leaves the others no weight
        var (cosine, sine) = Tables(length, type);

        CausalAttention.Fits(projected, Size).Should().BeTrue();
        var actual = Run(projected, cosine, sine, heads, keyValueHeads);

        Check(actual, Plain(projected, cosine, sine, heads, keyValueHeads), type);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Attention_does_not_see_later_positions(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var projected = Numbers([1, 40, 3 * Size], 5, type);
        var (cosine, sine) = Tables(40, type);
        var expected = Run(projected, cosine, sine, 1, 1);
        projected[0, 21] = 1000f;

        var actual = Run(projected, cosine, sine, 1, 1);

        actual.narrow(1, 0, 21).eq(expected.narrow(1, 0, 21)).all().item<bool>().Should().BeTrue();
        actual.narrow(1, 21, 19).eq(expected.narrow(1, 21, 19)).all().item<bool>().Should().BeFalse();
    }

    [Fact]
    public void Attention_gives_the_same_bits_whatever_a_sequence_is_batched_with()
    {
        using var scope = NewDisposeScope();
        var projected = Numbers([5, 24, 6 * Size], 6, ScalarType.Float32);
        var (cosine, sine) = Tables(24, ScalarType.Float32);

        var together = Run(projected, cosine, sine, 2, 2);

        var alone = Run(projected.narrow(0, 3, 1).contiguous(), cosine, sine, 2, 2);
        together.narrow(0, 3, 1).eq(alone).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Attention_refuses_heads_that_do_not_divide_evenly()
    {
        using var scope = NewDisposeScope();

        CausalAttention.Fits(zeros(1, 8, 3 * 48), 48).Should().BeFalse();
        CausalAttention.Fits(zeros([1, 8, 3 * 64], ScalarType.Float64), 64).Should().BeFalse();
        CausalAttention.Fits(zeros(1, 4096, 3 * 64), 64).Should().BeFalse();
    }

    private static Tensor Run(Tensor projected, Tensor cosine, Tensor sine, int heads, int keyValueHeads) =>
        projected.dtype == ScalarType.BFloat16
            ? CausalAttention.Run<BrainNumber>(projected, cosine, sine, heads, keyValueHeads, Size)
            : CausalAttention.Run<SingleNumber>(projected, cosine, sine, heads, keyValueHeads, Size);

    private static Tensor Plain(Tensor projected, Tensor cosine, Tensor sine, int heads, int keyValueHeads)
    {
        var (batch, length) = (projected.size(0), projected.size(1));
        var parts = projected.to_type(ScalarType.Float64).view(batch, length, -1, Size).transpose(1, 2); // [B, H + 2 · G, S, d]
        Tensor Part(int first, int count) => parts.narrow(1, first, count);
        Tensor Shared(Tensor part) => part.repeat_interleave(heads / keyValueHeads, dim: 1);
        Tensor Rotated(Tensor part) => RotaryEmbedding.Apply(part, cosine.to_type(ScalarType.Float64), sine.to_type(ScalarType.Float64));
        var scores = Rotated(Part(0, heads)).matmul(Shared(Rotated(Part(heads, keyValueHeads))).transpose(-1, -2)) / Math.Sqrt(Size);
        var later = ones([length, length], ScalarType.Bool).triu(1);
        var weights = scores.masked_fill(later, double.NegativeInfinity).softmax(-1);
        return weights.matmul(Shared(Part(heads + keyValueHeads, keyValueHeads))).transpose(1, 2).reshape(batch, length, heads * Size);
    }

    private static (Tensor Cosine, Tensor Sine) Tables(int length, ScalarType type)
    {
        var rotated = RandomModel.Even with { HeadSize = Size };
        using var own = new RotaryFrequencies(rotated, rotated.Rope(sliding: false), CPU);
        var frequencies = own.For(longest: 1);
        return RotaryEmbedding.Tables(frequencies, arange(length, ScalarType.Int64), type);
    }

    private static void Check(Tensor actual, Tensor expected, ScalarType type)
    {
        actual.dtype.Should().Be(type);
        actual.shape.Should().Equal(expected.shape);
        RandomModel.RelativeError(actual, expected).Should().BeLessThan(type == ScalarType.BFloat16 ? 0.003 : 1e-6);
    }

    private static Tensor Numbers(long[] shape, int seed, ScalarType type) => randn(shape, generator: new Generator((ulong)seed)).to_type(type);
}
