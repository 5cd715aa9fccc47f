using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders;

/// <summary>Fidelity.Reference against what the authors' code computed, one step forward.</summary>
public sealed class ReferenceForwardTests
{
    [Fact]
    public void EveryCaseIsThere() => ReferenceCases.All.Should().HaveCount(12);

    [Theory]
    [MemberData(nameof(ReferenceCases.All), MemberType = typeof(ReferenceCases))]
    public void CodesAndReconstructionEqualReference(string name)
    {
        using var golden = new AutoencoderCase(name);
        using var scope = NewDisposeScope();
        using var model = golden.Model();

        var encoded = model.Forward(golden.HiddenStates(0));

        var (targets, codes, reconstruction) = golden.SingleStep(encoded, model.Latents);
        targets.ShouldBeClose(golden.Tokens(model is RouteSaeModel ? "fwd.routed_x" : "pre.x"), "targets");
        codes.ShouldBeClose(golden.Tokens("fwd.latents"), "latents");
        reconstruction.ShouldBeClose(golden.Tokens("fwd.x_hat"), "reconstruction");
        NormalizedMse.Mean(reconstruction, targets).item<float>()
            .Should().BeApproximately(golden.Json.GetProperty("loss").GetProperty("normalized_mse").GetSingle(), 1e-5f);
    }

    [Theory]
    [MemberData(nameof(ReferenceCases.All), MemberType = typeof(ReferenceCases))]
    public void PreActivationsEqualReference(string name)
    {
        using var golden = new AutoencoderCase(name);
        using var scope = NewDisposeScope();
        using var model = golden.Model();
        var hiddenStates = golden.HiddenStates(0);

        var preActivations = model switch
        {
            CrosscoderModel crosscoder => crosscoder.PreActivations([.. hiddenStates.Select(state => Standardization.Apply(state).Values)]),
            RouteSaeModel routed => routed.Autoencoder.PreActivations(routed.Route(hiddenStates).X),
            FixedLayersModel fixedLayers => fixedLayers.Autoencoder.PreActivations(Standardization.Apply(hiddenStates[0]).Values),
            _ => throw new NotSupportedException(name),
        };

        preActivations.ShouldBeClose(golden.Tokens("fwd.pre_acts"), "pre-activations");
    }

    [Theory]
    [MemberData(nameof(ReferenceCases.Routed), MemberType = typeof(ReferenceCases))]
    public void RoutingEqualsReference(string name)
    {
        using var golden = new AutoencoderCase(name);
        using var scope = NewDisposeScope();
        using var model = golden.Model();

        var encoded = model.Forward(golden.HiddenStates(0));

        encoded.Probabilities!.ShouldBeClose(golden.Tokens("fwd.router_weights"), "router probabilities");
        encoded.LayerWeights.ShouldBeClose(golden.Tokens("fwd.layer_weights"), "layer weights");
    }

    [Theory]
    [MemberData(nameof(ReferenceCases.All), MemberType = typeof(ReferenceCases))]
    public void InferenceVariantsEqualReference(string name)
    {
        using var golden = new AutoencoderCase(name);
        var variants = golden.Variants.ToArray();

        variants.Should().HaveCountGreaterOrEqualTo(3);
        foreach (var variant in variants)
        {
            using var scope = NewDisposeScope();
            using var model = golden.Model(variant.Mode);
            var encoded = model.Forward(golden.HiddenStates(0), variant.Selection);
            if (model is RouteSaeModel)
            {
                encoded.Targets.ShouldBeClose(golden.Tokens($"var.{variant.Name}.routed_x"), $"{variant.Name}: routed activation");
                encoded.LayerWeights.ShouldBeClose(golden.Tokens($"var.{variant.Name}.layer_weights"), $"{variant.Name}: layer weights");
            }
            CheckVariant(golden, variant, golden.SingleStep(encoded, model.Latents));
        }
    }

    [Theory]
    [MemberData(nameof(ReferenceCases.All), MemberType = typeof(ReferenceCases))]
    public void UnitNormOfTheDecoderEqualsReference(string name)
    {
        using var golden = new AutoencoderCase(name);
        using var scope = NewDisposeScope();
        using var model = golden.Model();

        model.NormalizeDecoder();

        var decoders = model.Parameters.Where(parameter => golden.Tensors.Under("unit_norm.").ContainsKey(parameter.Name)).ToArray();
        decoders.Should().HaveCount(golden.Tensors.NamesUnder("unit_norm.").Count()).And.NotBeEmpty();
        foreach (var decoder in decoders)
            decoder.ToStored(decoder.Value).ShouldBeClose(golden.Tensors[$"unit_norm.{decoder.Name}"], decoder.Name);
    }

    private static void CheckVariant(AutoencoderCase golden, AutoencoderVariant variant, (Tensor Targets, Tensor Codes, Tensor Reconstruction) step)
    {
        step.Codes.ShouldBeClose(golden.Tokens($"var.{variant.Name}.latents"), $"{variant.Name}: latents");
        step.Reconstruction.ShouldBeClose(golden.Tokens($"var.{variant.Name}.x_hat"), $"{variant.Name}: reconstruction");
        NormalizedMse.Mean(step.Reconstruction, step.Targets).item<float>().Should().BeApproximately(variant.NormalizedMse, 1e-5f, variant.Name);
        ((double)step.Codes.count_nonzero().item<long>() / step.Codes.shape[0]).Should().BeApproximately(variant.MeanActive, 1e-4, variant.Name);
    }
}
