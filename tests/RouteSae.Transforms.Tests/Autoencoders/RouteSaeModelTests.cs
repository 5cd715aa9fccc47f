using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Tensors;
using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders;

public sealed class RouteSaeModelTests
{
    private static readonly RouteSaeArchitecture Small = new()
    {
        HiddenSize = 8,
        RoutedHiddenStates = [1, 2, 3],
        Latents = 20,
        ActiveLatents = 6,
    };

    [Fact]
    public void ANewDecoderIsTiedToItsEncoderAndASeedGivesOneModel()
    {
        using var model = RouteSaeModel.Create(Small, seed: 4);
        using var same = RouteSaeModel.Create(Small, seed: 4);
        using var other = RouteSaeModel.Create(Small, seed: 5);
        using var scope = NewDisposeScope();

        model.Autoencoder.DecoderDirections.ShouldBeIdentical(model.Autoencoder.EncoderWeight, "decoder");
        model.Autoencoder.EncoderWeight.ShouldBeIdentical(same.Autoencoder.EncoderWeight, "encoder");
        model.Router.Weight.ShouldBeIdentical(same.Router.Weight, "router");
        (model.Router.Weight - other.Router.Weight).abs().max().item<float>().Should().BePositive();
        model.Autoencoder.EncoderWeight.abs().max().item<float>().Should().BeInRange(0.3f, (float)(1 / Math.Sqrt(8)));
        model.Autoencoder.PreBias.abs().max().item<float>().Should().Be(0);
    }

    [Fact]
    public void SavedAndLoadedItGivesTheSameCodes()
    {
        using var scope = NewDisposeScope();
        using var model = RouteSaeModel.Create(Small, seed: 4);
        using var stream = new MemoryStream();
        Tensor[] hiddenStates = [randn(5, 8), randn(5, 8), randn(5, 8)];

        model.Save(stream);
        stream.Position = 0;
        using var file = SafetensorsFile.Read(stream, "memory");
        using var loaded = RouteSaeModel.Load(Small, file);

        file.Names.Should().BeEquivalentTo("router.weight", "sae.encoder.weight", "sae.decoder.weight", "sae.pre_bias", "sae.latent_bias");
        file.Entry("sae.decoder.weight").Shape.Should().Equal(8, 20);
        var expected = model.Encode(model.Route(hiddenStates).X);
        var actual = loaded.Encode(loaded.Route(hiddenStates).X);
        actual.Indices.ShouldBeIdentical(expected.Indices, "indices");
        actual.Values.ShouldBeIdentical(expected.Values, "values");
        loaded.Decode(actual).ShouldBeIdentical(model.Decode(expected), "reconstruction");
    }

    [Fact]
    public void TheReferencesTensorsLoadFromItsFile()
    {
        using var golden = new AutoencoderCase("topk_a");
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, golden.Tensors.Under("traj.final."));
        stream.Position = 0;
        using var file = SafetensorsFile.Read(stream, "golden");

        using var autoencoder = TopKAutoencoder.Load(golden.TopK, file);

        using var scope = NewDisposeScope();
        autoencoder.DecoderDirections.ShouldBeIdentical(golden.Tensors["traj.final.decoder.weight"].t(), "decoder");
    }

    [Fact]
    public void CorrectedFeaturesThatFireArePositiveWhereTheReferenceKeepsNegativeOnes()
    {
        using var scope = NewDisposeScope();
        using var corrected = RouteSaeModel.Create(Small with { ActiveLatents = 20 }, seed: 4);
        using var reference = RouteSaeModel.Create(Small with { ActiveLatents = 20, Fidelity = Fidelity.Reference }, seed: 4);
        var x = randn(7, 8);

        var codes = corrected.Encode(x);
        var referenceCodes = reference.Encode(x);

        referenceCodes.Values.min().item<float>().Should().BeNegative();
        codes.Values.ShouldBeIdentical(referenceCodes.Values.relu(), "values");
        codes.Indices.ShouldBeIdentical(referenceCodes.Indices, "indices");
        codes.CountActive().Should().Be((referenceCodes.Values > 0).sum().item<long>());
    }

    [Fact]
    public void ThresholdAboveEverythingLeavesNothingActive()
    {
        using var scope = NewDisposeScope();
        using var model = RouteSaeModel.Create(Small, seed: 4);

        var codes = model.Encode(randn(3, 8), CodeSelection.Above(1e6));

        codes.CountActive().Should().Be(0);
        model.Decode(codes).ShouldBeClose(model.Autoencoder.PreBias.expand(3, 8), "reconstruction");
    }

    [Fact]
    public void NoTokensGiveNoCodes()
    {
        using var scope = NewDisposeScope();
        using var model = RouteSaeModel.Create(Small, seed: 4);

        var routed = model.Route([zeros(0, 8), zeros(0, 8), zeros(0, 8)]);
        var codes = model.Encode(routed.X);

        codes.Indices.shape.Should().Equal(0, 6);
        model.Decode(codes).shape.Should().Equal(0, 8);
    }

    [Fact]
    public void BFloat16HiddenStatesAreTakenAndComputedInFloat32()
    {
        using var scope = NewDisposeScope();
        using var model = RouteSaeModel.Create(Small, seed: 4);
        var raw = Enumerable.Range(0, 3).Select(_ => randn(5, 8).to(ScalarType.BFloat16)).ToArray();

        var routed = model.Route(raw);

        routed.X.dtype.Should().Be(ScalarType.Float32);
        routed.X.ShouldBeIdentical(model.Route(raw.Select(tensor => tensor.to(ScalarType.Float32)).ToArray()).X, "routed activation");
    }

    [Fact]
    public void RoutingLeavesTheHiddenStatesAlone()
    {
        using var scope = NewDisposeScope();
        using var model = RouteSaeModel.Create(Small, seed: 4);
        Tensor[] raw = [randn(5, 8), randn(5, 8), randn(5, 8)];
        var before = raw.Select(tensor => tensor.clone()).ToArray();

        model.Route(raw).Dispose();

        foreach (var (tensor, copy) in raw.Zip(before))
            tensor.ShouldBeIdentical(copy, "hidden state");
    }

    [Fact]
    public async Task ManyThreadsEncodeAlike()
    {
        using var scope = NewDisposeScope();
        using var model = RouteSaeModel.Create(Small, seed: 4);
        Tensor[] raw = [randn(50, 8), randn(50, 8), randn(50, 8)];
        var expected = Values();

        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(Values)));

        all.Should().OnlyContain(values => values.SequenceEqual(expected));

        float[] Values()
        {
            using var routed = model.Route(raw);
            using var codes = model.Encode(routed.X);
            using var reconstruction = model.Decode(codes);
            return [.. codes.Values.data<float>().ToArray(), .. reconstruction.data<float>().ToArray()];
        }
    }

    [Fact]
    public void EveryProblemOfAnArchitectureIsNamedInOneMessage()
    {
        var architecture = new RouteSaeArchitecture { HiddenSize = 0, RoutedHiddenStates = [3], Latents = 10, ActiveLatents = 11 };

        var create = () => RouteSaeModel.Create(architecture, seed: 1);

        create.Should().Throw<ArgumentException>().WithMessage(
            """
            The RouteSAE's architecture cannot be used:
            - HiddenSize is 0; it must be at least 2, the width of the language model's hidden states.
            - ActiveLatents is 11, but there are only 10 latents; choose 1 to 10.
            - RoutedHiddenStates has 1 entries; a router needs at least 2 hidden states.
            """.ReplaceLineEndings());
    }

    [Fact]
    public void RoutedHiddenStatesMustAscend()
    {
        (Small with { RoutedHiddenStates = [4, 2, 2] }).Problems().Should().Equal(
            "RoutedHiddenStates is 4, 2, 2; list each hidden state once, in ascending order.");
        (Small with { RoutedHiddenStates = [-1, 2] }).Problems().Should().Equal(
            "RoutedHiddenStates holds -1; hidden states are numbered from 0.");
    }

    [Fact]
    public void ATensorOfAnotherShapeIsRefused()
    {
        using var golden = new AutoencoderCase("routesae_sum_hard_a");

        var load = () => RouteSaeModel.FromTensors(golden.RouteSae with { Latents = 95 }, golden.Tensors.Under("param."));

        load.Should().Throw<ArgumentException>().WithMessage(
            "sae.latent_bias in the given tensors has shape [96], but the architecture needs [95]. Load it with the architecture it was trained with.");
    }

    [Fact]
    public void DefaultRoutedHiddenStatesEqualTheReference()
    {
        using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(RepositoryFiles.Golden("sae", "functions.json")));
        foreach (var range in json.RootElement.GetProperty("layer_ranges").EnumerateArray())
        {
            var start = range.GetProperty("start_layer").GetInt32();
            var expected = Enumerable.Range(start, range.GetProperty("end_layer_exclusive").GetInt32() - start);
            RouteSaeArchitecture.DefaultRoutedHiddenStates(range.GetProperty("n_layers").GetInt32()).Should().Equal(expected);
        }
    }
}
