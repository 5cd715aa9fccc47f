using FluentAssertions;
using RouteSae.Autoencoders.Kinds;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders.Kinds;

public sealed class MatryoshkaBatchTopKAutoencoderTests
{
    // One token x = (3, 1), W_enc rows (1, 0), (0, 1), (1, 1), all three active: codes 3, 1, 4. W_dec has columns (1, 0), (0, 1), (0, 0.5).
    // x̂ of the first latent is (3, 0), of the first two (3, 1), of all (3, 3).
    [Fact]
    public void Each_prefix_reconstructs_by_itself()
    {
        using var scope = NewDisposeScope();
        var architecture = new MatryoshkaArchitecture { HiddenSize = 2, Latents = 3, ActiveLatents = 3, Prefixes = [1, 2, 3] };
        using var autoencoder = MatryoshkaBatchTopKAutoencoder.Definition.FromTensors(architecture, new Dictionary<string, Tensor>
        {
            ["pre_bias"] = zeros(2, dtype: ScalarType.Float64),
            ["latent_bias"] = zeros(3, dtype: ScalarType.Float64),
            ["threshold"] = zeros(1, dtype: ScalarType.Float64),
            ["encoder.weight"] = tensor(new[] { 1.0, 0, 0, 1, 1, 1 }).view(3, 2),
            ["decoder.weight"] = tensor(new[] { 1.0, 0, 0, 0, 1, 0.5 }).view(2, 3),
        });
        var x = tensor(new[] { 3.0, 1.0 }).view(1, 2);

        var terms = autoencoder.Loss(new LossRequest(x, x));

        terms.DenseCodes!.data<double>().ToArray().Should().Equal(3, 1, 4);
        terms.Total.item<double>().Should().BeApproximately(((1.0 / 10) + (0.0 / 10) + (4.0 / 10)) / 3, 1e-12);
        terms.NormalizedMse.item<double>().Should().BeApproximately(4.0 / 10, 1e-12, "the report is of all latents");
    }

    [Theory]
    [InlineData(64, new[] { 4, 8, 16, 32, 64 })]
    [InlineData(3, new[] { 1, 3 })]
    public void Prefixes_double_by_default(int latents, int[] expected) =>
        new MatryoshkaArchitecture { HiddenSize = 4, Latents = latents, ActiveLatents = 1 }.Prefixes.Should().Equal(expected);

    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 0, 8 })]
    [InlineData(new[] { 4, 4, 8 })]
    [InlineData(new[] { 4 })]
    [InlineData(new[] { 4, 16 })]
    public void Prefixes_ascend_to_the_number_of_latents(int[] prefixes) =>
        new MatryoshkaArchitecture { HiddenSize = 4, Latents = 8, ActiveLatents = 1, Prefixes = prefixes }.Problems().Should().Equal(
            $"Prefixes is [{string.Join(", ", prefixes)}]; it must be ascending, begin at 1 or more and end with 8, the number of latents.");

    [Fact]
    public void Its_settings_bring_the_architecture_back()
    {
        var kind = MatryoshkaBatchTopKAutoencoder.Definition;
        var architecture = new MatryoshkaArchitecture { HiddenSize = 4, Latents = 8, ActiveLatents = 2, Prefixes = [3, 8] };

        kind.ArchitectureOf(kind.SettingsOf(architecture)).Should().Be(architecture);
    }
}
