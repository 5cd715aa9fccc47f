using FluentAssertions;
using RouteSae.Autoencoders;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders;

public sealed class HiddenStateScalingTests
{
    public static TheoryData<HiddenStateScaling> Scalings => new(Enum.GetValues<HiddenStateScaling>().Where(scaling => scaling != HiddenStateScaling.PerLayer));

    [Theory]
    [MemberData(nameof(Scalings))]
    public void The_way_back_leads_to_the_hidden_state(HiddenStateScaling scaling)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var raw = (randn([6, 12], dtype: ScalarType.Float64, generator: generator) * 30) + 4;

        var scaled = ScaledActivations.Of(raw, scaling, Fidelity.Corrected);

        // SAELens's layer norm goes back without the 1e-5 that it divides by.
        (scaled.Undo(scaled.Values) - raw).abs().max().item<double>().Should().BeLessThan(scaling == HiddenStateScaling.LayerNorm ? 1e-4 : 1e-12);
    }

    [Theory]
    [InlineData(HiddenStateScaling.None, 3.0, 5.0, 10.0)]
    [InlineData(HiddenStateScaling.Centered, -3.0, -1.0, 4.0)]
    [InlineData(HiddenStateScaling.ConstantNorm, 0.4488792, 0.7481320, 1.4962640)] // √3 / √134
    [InlineData(HiddenStateScaling.CenteredConstantNorm, -1.0190493, -0.3396831, 1.3587324)] // √3 / √26
    [InlineData(HiddenStateScaling.LayerNorm, -0.8320480, -0.2773493, 1.1093973)] // 1 / (√13 + 1e-5)
    [InlineData(HiddenStateScaling.PerToken, -0.8320501, -0.2773500, 1.1094001)] // 1 / (√13 + 1e-6)
    public void What_is_read_of_3_5_10(HiddenStateScaling scaling, params double[] expected)
    {
        using var scope = NewDisposeScope();
        var scaled = ScaledActivations.Of(tensor(new[] { 3.0, 5.0, 10.0 }).unsqueeze(0), scaling, Fidelity.Corrected);

        scaled.Values[0].data<double>().ToArray().Should().Equal(expected, (actual, wanted) => Math.Abs(actual - wanted) < 1e-7);
    }

    [Fact]
    public void Means_and_scales_of_layers_belong_to_a_router()
    {
        using var autoencoder = ReluAutoencoder.Create(new AutoencoderArchitecture { HiddenSize = 4, Latents = 8 }, seed: 1);

        FluentActions.Invoking(() => new SingleLayerModel(autoencoder, 1, HiddenStateScaling.PerLayer)).Should().Throw<ArgumentException>()
            .WithMessage("Scaling is PerLayer, whose means and scales belong to a router. Choose another one.*");
        new RouteSaeArchitecture { HiddenSize = 4, Latents = 8, ActiveLatents = 2, RoutedHiddenStates = [1, 2], Scaling = HiddenStateScaling.None }.Problems()
            .Should().Equal("Scaling is None; a router needs PerToken or PerLayer, which bring hidden states to one scale.");
    }

    [Theory]
    [InlineData("ReLU")]
    [InlineData("JumpReLU")]
    [InlineData("Gated")]
    public void Folding_the_decoders_lengths_changes_no_reconstruction(string kind)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var generator = new Generator(5);
        using var single = SmallModels.Create(kind);
        var tensors = single.Parameters.ToDictionary(
            parameter => parameter.Name, parameter => parameter.ToStored(parameter.Value).to_type(ScalarType.Float64) + (randn(parameter.ToStored(parameter.Value).shape, dtype: ScalarType.Float64, generator: generator) * 0.2));
        using var autoencoder = FromTensors(kind, tensors);
        var x = randn([30, SmallModels.HiddenSize], dtype: ScalarType.Float64, generator: generator);
        var before = autoencoder.Decode(autoencoder.Encode(x));
        var codes = autoencoder.Encode(x).ToDense(SmallModels.Latents) * autoencoder.DecoderDirections.norm(1);

        autoencoder.FoldDecoderLengths();

        (autoencoder.DecoderDirections.norm(1) - 1).abs().max().item<double>().Should().BeLessThan(1e-12);
        (autoencoder.Decode(autoencoder.Encode(x)) - before).abs().max().item<double>().Should().BeLessThan(1e-12);
        (autoencoder.Encode(x).ToDense(SmallModels.Latents) - codes).abs().max().item<double>().Should().BeLessThan(1e-12);
        codes.count_nonzero().item<long>().Should().BeInRange(30, 30 * (SmallModels.Latents - 1));
    }

    [Fact]
    public void Of_TopK_they_cannot_be_folded()
    {
        using var model = (SingleLayerModel)SmallModels.Create("TopK");

        model.Autoencoder.Invoking(autoencoder => autoencoder.FoldDecoderLengths()).Should().Throw<NotSupportedException>()
            .WithMessage("The lengths of a TopK autoencoder's decoder directions cannot be folded into its activations: the K largest of them would be others.");
    }

    private static SparseAutoencoder FromTensors(string kind, Dictionary<string, Tensor> tensors)
    {
        var plain = new AutoencoderArchitecture { HiddenSize = SmallModels.HiddenSize, Latents = SmallModels.Latents };
        return kind switch
        {
            "ReLU" => ReluAutoencoder.FromTensors(plain, tensors),
            "Gated" => GatedAutoencoder.FromTensors(plain, tensors),
            _ => JumpReluAutoencoder.FromTensors(new JumpReluArchitecture { HiddenSize = SmallModels.HiddenSize, Latents = SmallModels.Latents }, tensors),
        };
    }
}
