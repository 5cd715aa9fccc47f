using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Tensors;
using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders;

/// <summary>What the autoencoders start from, and how they are written and read.</summary>
public sealed class StoredAutoencoderTests
{
    private static readonly AutoencoderArchitecture Plain = new() { HiddenSize = 8, Latents = 20 };
    private static readonly JumpReluArchitecture JumpRelu = new() { HiddenSize = 8, Latents = 20, InitialThreshold = 0.25 };
    private static readonly CrosscoderArchitecture Crosscoder = new() { HiddenSize = 8, Latents = 20, HiddenStates = [1, 4] };

    [Theory]
    [MemberData(nameof(SmallModels.Kinds), MemberType = typeof(SmallModels))]
    public void ADecoderStartsTiedToItsEncoderAndASeedGivesOneModel(string kind)
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Create(kind, seed: 4);
        using var same = SmallModels.Create(kind, seed: 4);
        using var other = SmallModels.Create(kind, seed: 5);

        var encoders = model.Parameters.Where(parameter => parameter.Name.Contains("encoder", StringComparison.Ordinal)).ToArray();
        var decoders = model.Parameters.Where(parameter => parameter.Name.Contains("decoder", StringComparison.Ordinal)).ToArray();

        encoders.Should().HaveSameCount(decoders).And.NotBeEmpty();
        foreach (var (encoder, decoder) in encoders.Zip(decoders))
            decoder.Value.ShouldBeIdentical(encoder.Value, decoder.Name);
        foreach (var (parameter, copy) in model.Parameters.Zip(same.Parameters))
            parameter.Value.ShouldBeIdentical(copy.Value, parameter.Name);
        (encoders[0].Value - other.Parameters.First(parameter => parameter.Name == encoders[0].Name).Value).abs().max().item<float>().Should().BePositive();
        encoders[0].Value.abs().max().item<float>().Should().BeInRange(0.3f, (float)(1 / Math.Sqrt(8)), "torch's start of a linear layer");
    }

    [Fact]
    public void EveryKindOfAutoencoderIsReadAsItWasWritten()
    {
        using var relu = ReluAutoencoder.Create(Plain, seed: 1);
        using var gated = GatedAutoencoder.Create(Plain, seed: 2);
        using var jumpRelu = JumpReluAutoencoder.Create(JumpRelu, seed: 3);

        RoundTrip(relu, file => ReluAutoencoder.Load(Plain, file), "pre_bias", "latent_bias", "encoder.weight", "decoder.weight");
        RoundTrip(gated, file => GatedAutoencoder.Load(Plain, file), "pre_bias", "gate_bias", "mag_bias", "r_mag", "encoder.weight", "decoder.weight");
        RoundTrip(jumpRelu, file => JumpReluAutoencoder.Load(JumpRelu, file), "pre_bias", "latent_bias", "threshold", "encoder.weight", "decoder.weight");
    }

    [Fact]
    public void ACrosscoderIsReadAsItWasWritten()
    {
        using var scope = NewDisposeScope();
        using var model = CrosscoderModel.Create(Crosscoder, seed: 1);
        Randomize(model.Parameters);
        using var file = Written(model.Save);

        using var loaded = CrosscoderModel.Load(Crosscoder, file);

        file.Names.Should().BeEquivalentTo("latent_bias", "encoder.0.weight", "encoder.1.weight", "decoder.0.weight", "decoder.1.weight");
        file.Entry("decoder.1.weight").Shape.Should().Equal(8, 20);
        var hiddenStates = SmallModels.Activations(model, tokens: 6);
        loaded.Forward(hiddenStates).Reconstruction.ShouldBeIdentical(model.Forward(hiddenStates).Reconstruction, "reconstruction");
    }

    [Fact]
    public void AJumpReluStartsWithItsThreshold()
    {
        using var scope = NewDisposeScope();
        using var autoencoder = JumpReluAutoencoder.Create(JumpRelu, seed: 3);

        autoencoder.Threshold.ShouldBeIdentical(full(20, 0.25f), "threshold");
        new JumpReluArchitecture { HiddenSize = 8, Latents = 20 }.InitialThreshold.Should().Be(1e-3, "the reference's");
    }

    [Fact]
    public void EveryProblemOfAnArchitectureIsNamedInOneMessage()
    {
        var relu = () => ReluAutoencoder.Create(new AutoencoderArchitecture { HiddenSize = 1, Latents = 0 }, seed: 1);
        var topK = () => TopKAutoencoder.Create(new TopKArchitecture { HiddenSize = 8, Latents = 10, ActiveLatents = 11 }, seed: 1);
        var jumpRelu = () => JumpReluAutoencoder.Create(JumpRelu with { InitialThreshold = 0, Bandwidth = double.NaN }, seed: 1);
        var crosscoder = () => CrosscoderModel.Create(Crosscoder with { HiddenStates = [3] }, seed: 1);

        relu.Should().Throw<ArgumentException>().WithMessage(
            """
            The autoencoder's architecture cannot be used:
            - HiddenSize is 1; it must be at least 2, the width of the language model's hidden states.
            - Latents is 0; it must be at least 1.
            """.ReplaceLineEndings());
        topK.Should().Throw<ArgumentException>().WithMessage(
            """
            The autoencoder's architecture cannot be used:
            - ActiveLatents is 11, but there are only 10 latents; choose 1 to 10.
            """.ReplaceLineEndings());
        jumpRelu.Should().Throw<ArgumentException>().WithMessage(
            """
            The autoencoder's architecture cannot be used:
            - InitialThreshold is 0; it must be above 0.
            - Bandwidth is NaN; it must be above 0.
            """.ReplaceLineEndings());
        crosscoder.Should().Throw<ArgumentException>().WithMessage(
            """
            The crosscoder's architecture cannot be used:
            - HiddenStates has 1 entries; a crosscoder needs at least 2 hidden states.
            """.ReplaceLineEndings());
    }

    [Fact]
    public void AMissingTensorIsNamed()
    {
        using var gated = GatedAutoencoder.Create(Plain, seed: 2);

        var load = () => JumpReluAutoencoder.FromTensors(JumpRelu, gated.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value));

        load.Should().Throw<ArgumentException>().WithMessage("*latent_bias*");
    }

    [Fact]
    public void HiddenStatesThatCannotBeAreRefused()
    {
        using var autoencoder = ReluAutoencoder.Create(Plain, seed: 1);
        using var topK = TopKAutoencoder.Create(new TopKArchitecture { HiddenSize = 8, Latents = 20, ActiveLatents = 2 }, seed: 1);

        var negative = () => new SingleLayerModel(autoencoder, -1);
        var none = () => new MultiLayerModel(topK, []);
        var random = () => new RandomLayerModel(topK, [1, -2], seed: 1);
        var twice = () => new RandomLayerModel(topK, [3, 3], seed: 1);

        negative.Should().Throw<ArgumentException>().WithMessage("The hidden states to read are [-1]; name at least one, counted from 0, and each once.*");
        none.Should().Throw<ArgumentException>().WithMessage("The hidden states to read are []; name at least one, counted from 0, and each once.*");
        twice.Should().Throw<ArgumentException>().WithMessage("The hidden states to read are [3, 3]; *");
        random.Should().Throw<ArgumentException>().WithMessage("The hidden states to read are [1, -2]; name at least one, counted from 0, and each once.*");
    }

    private static void RoundTrip(SparseAutoencoder autoencoder, Func<ITensorSource, SparseAutoencoder> load, params string[] names)
    {
        using var scope = NewDisposeScope();
        Randomize(autoencoder.Parameters);
        using var model = new SingleLayerModel(autoencoder, 1);
        using var file = Written(model.Save);

        using var loaded = load(file);

        file.Names.Should().BeEquivalentTo(names);
        file.Entry("decoder.weight").Shape.Should().Equal(8, 20);
        foreach (var (parameter, copy) in autoencoder.Parameters.Zip(loaded.Parameters))
            copy.Value.ShouldBeIdentical(parameter.Value, parameter.Name);
        var x = randn(6, 8);
        loaded.Decode(loaded.Encode(x)).ShouldBeIdentical(autoencoder.Decode(autoencoder.Encode(x)), "reconstruction");
    }

    // Biases start at 0 and the decoder as the encoder: what is mixed up would go unnoticed.
    private static void Randomize(IEnumerable<AutoencoderParameter> parameters)
    {
        using var noGradient = no_grad();
        foreach (var parameter in parameters)
            parameter.Value.normal_();
    }

    private static SafetensorsFile Written(Action<Stream> save)
    {
        var stream = new MemoryStream();
        save(stream);
        stream.Position = 0;
        return SafetensorsFile.Read(stream, "memory");
    }
}
