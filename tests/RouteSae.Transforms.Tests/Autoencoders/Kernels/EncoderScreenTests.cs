using FluentAssertions;
using RouteSae.Autoencoders.Kernels;
using RouteSae.Kernels;
using Xunit;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>What the screens promise of every pre-activation, on the inputs that are hardest for them.</summary>
[Trait(KernelCategory.Trait, KernelCategory.Name)]
[Collection(nameof(ThreadCount))]
public sealed unsafe class EncoderScreenTests
{
    /// <summary>More than the relative rounding of a bound to bfloat16.</summary>
    private const double BoundRounding = 1.02 / 256;

    public static IEnumerable<object[]> Cases =>
        AdversarialCases.Finite.Keys.Concat(AdversarialCases.Sizes.Select(AdversarialCases.Name)).Select(name => new object[] { name });

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheProductBoundsEveryPreActivationFromBothSides(string name)
    {
        using var scope = NewDisposeScope();
        var given = AdversarialCases.Of(name)();
        using var screen = Screen(given);
        var left = zeros(given.Tokens, screen.Columns, ScalarType.BFloat16);
        var a = Enumerable.Range(0, given.Tokens).Select(token => WriteActivation(screen, given, token, left)).ToArray();

        var bounds = left.mm(screen.Weight.t());

        var uppers = bounds.to(ScalarType.Float64).data<double>().ToArray();
        var exact = Float64Check.PreActivations(given).Values;
        for (var t = 0; t < given.Tokens; t++)
        {
            if (!float.IsNaN(a[t]))
                CheckBounds(screen, uppers.AsSpan(t * screen.PaddedLatents, given.Latents), exact.AsSpan(t * given.Latents, given.Latents), a[t], t);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheFloat32ProductIsWithinItsError(string name)
    {
        using var scope = NewDisposeScope();
        var given = AdversarialCases.Of(name)();
        using var screen = Screen(given);
        var centered = given.Matrix([.. Enumerable.Range(0, given.Tokens).SelectMany(given.Centered)], given.Tokens);

        var product = F.linear(centered, given.Matrix(given.Encoder, given.Latents), tensor(given.LatentBias));

        var values = product.data<float>().ToArray();
        var exact = Float64Check.PreActivations(given).Values;
        for (var t = 0; t < given.Tokens; t++)
        {
            var error = ProductError(screen, given, t);
            for (var j = t * given.Latents; !float.IsNaN(error) && j < (t + 1) * given.Latents; j++)
                Math.Abs(values[j] - exact[j]).Should().BeLessThanOrEqualTo(error, "latent {0} of token {1}", j % given.Latents, t);
        }
    }

    [Fact]
    public void UsualNumbersAreScreened()
    {
        using var scope = NewDisposeScope();
        var given = new EncoderCase(tokens: 3, width: 64, latents: 100, active: 5);
        using var screen = Screen(given);

        WriteActivation(screen, given, 1, zeros(3, screen.Columns, ScalarType.BFloat16)).Should().BeInRange(1e-4f, 0.2f);
        ProductError(screen, given, 1).Should().BeInRange(1e-7f, 1e-3f);
    }

    [Theory]
    [InlineData("activations of zero", true)]
    [InlineData("encoder rows of zero", true)]
    [InlineData("denormal numbers", true)]
    [InlineData("products below the least float32", true)]
    [InlineData("biases near overflow", true)]
    [InlineData("squares near overflow", true)]
    [InlineData("squares that overflow", false)]
    [InlineData("activations near overflow", false)]
    [InlineData("encoder near overflow", false)]
    [InlineData("infinite biases", false)]
    [InlineData("infinite encoder weight", false)]
    [InlineData("products that overflow", false)]
    public void OnlyWhatCouldOverflowIsNotScreened(string name, bool holds)
    {
        using var scope = NewDisposeScope();
        var given = AdversarialCases.Of(name)();
        using var screen = Screen(given);

        float.IsNaN(WriteActivation(screen, given, 0, zeros(1, screen.Columns, ScalarType.BFloat16))).Should().Be(!holds);
        float.IsNaN(ProductError(screen, given, 0)).Should().Be(!holds);
    }

    [Fact]
    public void RowsBehindTheLastLatentLieBelowEverything()
    {
        using var scope = NewDisposeScope();
        var given = new EncoderCase(tokens: 4, width: 19, latents: 257, active: 5);
        Array.Fill(given.LatentBias, -1e36f);
        using var screen = Screen(given);
        var left = zeros(given.Tokens, screen.Columns, ScalarType.BFloat16);
        for (var t = 0; t < given.Tokens; t++)
            WriteActivation(screen, given, t, left);

        var bounds = left.mm(screen.Weight.t()).to(ScalarType.Float32);

        screen.PaddedLatents.Should().Be(512);
        bounds.narrow(1, 257, 255).max().item<float>().Should().BeLessThan(-3e38f);
    }

    private static EncoderScreen Screen(EncoderCase given)
    {
        var screen = new EncoderScreen(given.Latents, given.Width);
        screen.Refresh(given.Matrix(given.Encoder, given.Latents), tensor(given.LatentBias));
        return screen;
    }

    private static float WriteActivation(EncoderScreen screen, EncoderCase given, int token, Tensor left)
    {
        var row = TensorData.BFloat16s(left) + (long)(token % left.shape[0]) * screen.Columns;
        fixed (float* centered = given.Centered(token))
            return screen.WriteActivation(centered, row);
    }

    private static float ProductError(EncoderScreen screen, EncoderCase given, int token)
    {
        fixed (float* centered = given.Centered(token))
            return screen.ProductError(centered);
    }

    // The product is rounded to bfloat16: so is the number that it must not lie below.
    private static void CheckBounds(EncoderScreen screen, ReadOnlySpan<double> uppers, ReadOnlySpan<double> exact, float a, int token)
    {
        for (var j = 0; j < exact.Length; j++)
        {
            var rounded = (double)BFloat16Bits.ToSingle(BFloat16Bits.Nearest((float)exact[j]));
            uppers[j].Should().BeGreaterThanOrEqualTo(rounded, "u bounds latent {0} of token {1}", j, token);
            var lower = uppers[j] - Math.Abs(uppers[j]) * BoundRounding - 2.0 * a * screen.Lengths[j] - 2.0 * screen.BiasErrors[j];
            lower.Should().BeLessThanOrEqualTo(exact[j], "the lower bound holds for latent {0} of token {1}", j, token);
        }
    }
}
