using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders;

/// <summary>Which hidden states the models without a router read.</summary>
public sealed class FixedLayersModelTests
{
    [Fact]
    public void AMultiLayerModelEncodesHiddenStateAfterHiddenState()
    {
        using var scope = NewDisposeScope();
        using var model = (MultiLayerModel)SmallModels.Create("MLSAE");
        var hiddenStates = SmallModels.Activations(model, tokens: 5);

        var encoded = model.Forward(hiddenStates);

        for (var place = 0; place < 3; place++)
        {
            encoded.Targets.narrow(0, 5 * place, 5).ShouldBeIdentical(Standardization.Apply(hiddenStates[place]).Values, $"x of place {place}");
            encoded.LayerWeights.narrow(0, 5 * place, 5).ShouldBeIdentical(eye(3)[place].expand(5, 3), "layer weights");
        }
    }

    [Fact]
    public void ARandomLayerModelDrawsAHiddenStateForEveryToken()
    {
        using var scope = NewDisposeScope();
        using var model = (RandomLayerModel)SmallModels.Create("Random");
        var hiddenStates = SmallModels.Activations(model, tokens: 900);

        var encoded = model.Forward(hiddenStates);

        var standardized = stack([.. hiddenStates.Select(state => Standardization.Apply(state).Values)], 1); // [N, L, D]
        encoded.Targets.ShouldBeClose((standardized * encoded.LayerWeights.unsqueeze(-1)).sum(1L), "x");
        encoded.LayerWeights.max(1).values.ShouldBeIdentical(ones(900), "one hidden state a token");
        // 300 each, with a standard deviation of 14.
        encoded.LayerWeights.sum(0L).data<float>().ToArray().Should().OnlyContain(count => count > 230 && count < 370);
    }

    [Fact]
    public void TheSameTokensGetTheSameDrawsAndOtherSeedsOthers()
    {
        using var scope = NewDisposeScope();
        using var model = (RandomLayerModel)SmallModels.Create("Random", seed: 4);
        using var same = (RandomLayerModel)SmallModels.Create("Random", seed: 4);
        using var other = (RandomLayerModel)SmallModels.Create("Random", seed: 5);
        var hiddenStates = SmallModels.Activations(model, tokens: 200);
        var places = Places(model, firstToken: 0);

        places.Should().Equal(Places(same, firstToken: 0)).And.NotEqual(Places(other, firstToken: 0));
        places[50..].Should().Equal(Places(model, firstToken: 50)[..150], "a batch that begins later goes on with the same draws");

        long[] Places(RandomLayerModel drawing, long firstToken) => drawing.Read(hiddenStates, firstToken).Places.data<long>().ToArray();
    }

    [Fact]
    public void TheReferenceDrawsOneHiddenStateForAWholeBatch()
    {
        using var scope = NewDisposeScope();
        using var model = (RandomLayerModel)SmallModels.Create("Random", Fidelity.Reference);
        var hiddenStates = SmallModels.Activations(model, tokens: 6);

        var drawn = Enumerable.Range(0, 60).Select(batch => model.Read(hiddenStates, firstToken: batch * 6).Places.data<long>().ToArray()).ToArray();

        drawn.Should().OnlyContain(places => places.Distinct().Count() == 1);
        drawn.Select(places => places[0]).Distinct().Should().BeEquivalentTo([0L, 1, 2]);
    }

    [Fact]
    public void OfEqualPreActivationsAsManyAreActiveAsShallBe()
    {
        using var scope = NewDisposeScope();
        foreach (var path in new[] { ComputePath.Auto, ComputePath.TorchOperations })
        {
            using var autoencoder = TopKAutoencoder.FromTensors(
                new TopKArchitecture { HiddenSize = 2, Latents = 6, ActiveLatents = 3 },
                new Dictionary<string, Tensor>
                {
                    ["pre_bias"] = zeros(2),
                    ["latent_bias"] = zeros(6),
                    ["encoder.weight"] = ones(6, 2),
                    ["decoder.weight"] = ones(2, 6),
                });
            autoencoder.Path = path;

            var codes = autoencoder.Encode(tensor(new[] { 1f, 2f }).unsqueeze(0));

            codes.Values.ShouldBeIdentical(full([1, 3], 3f), "values");
            codes.Indices.data<long>().ToArray().Should().OnlyHaveUniqueItems();
            autoencoder.Decode(codes).ShouldBeIdentical(full([1, 2], 9f), "reconstruction");
        }
    }
}
