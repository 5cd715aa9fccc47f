using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders;

/// <summary>Fidelity.Reference against what the authors' code computed, one step forward.</summary>
public sealed class ReferenceForwardTests
{
    [Theory]
    [InlineData("routesae_sum_hard_a")]
    [InlineData("routesae_sum_soft_a")]
    [InlineData("routesae_mean_hard_a")]
    [InlineData("routesae_mean_soft_a")]
    public void RoutingEqualsReference(string name)
    {
        using var golden = new AutoencoderCase(name);
        using var scope = NewDisposeScope();
        using var model = RouteSaeModel.FromTensors(golden.RouteSae, golden.Tensors.Under("param."));

        var routed = model.Route(golden.HiddenStates(0));

        routed.Probabilities.ShouldBeClose(golden.Tokens("fwd.router_weights"), "router probabilities");
        routed.LayerWeights().ShouldBeClose(golden.Tokens("fwd.layer_weights"), "layer weights");
        routed.X.ShouldBeClose(golden.Tokens("fwd.routed_x"), "routed activation");
    }

    [Theory]
    [InlineData("routesae_sum_hard_a")]
    [InlineData("routesae_sum_soft_a")]
    [InlineData("routesae_mean_hard_a")]
    [InlineData("routesae_mean_soft_a")]
    public void RoutedCodesAndReconstructionEqualReference(string name)
    {
        using var golden = new AutoencoderCase(name);
        using var scope = NewDisposeScope();
        using var model = RouteSaeModel.FromTensors(golden.RouteSae, golden.Tensors.Under("param."));

        var routed = model.Route(golden.HiddenStates(0));
        var codes = model.Encode(routed.X);
        var reconstruction = model.Decode(codes);

        model.Autoencoder.PreActivations(routed.X).ShouldBeClose(golden.Tokens("fwd.pre_acts"), "pre-activations");
        codes.ToDense(golden.RouteSae.Latents).ShouldBeClose(golden.Tokens("fwd.latents"), "latents");
        reconstruction.ShouldBeClose(golden.Tokens("fwd.x_hat"), "reconstruction");
        NormalizedMse.Mean(reconstruction, routed.X).item<float>()
            .Should().BeApproximately(golden.Json.GetProperty("loss").GetProperty("normalized_mse").GetSingle(), 1e-5f);
    }

    [Theory]
    [InlineData("routesae_sum_hard_a")]
    [InlineData("routesae_sum_soft_a")]
    [InlineData("routesae_mean_hard_a")]
    [InlineData("routesae_mean_soft_a")]
    public void RoutedInferenceVariantsEqualReference(string name)
    {
        using var golden = new AutoencoderCase(name);
        using var model = RouteSaeModel.FromTensors(golden.RouteSae, golden.Tensors.Under("param."));

        foreach (var variant in golden.Variants)
        {
            using var scope = NewDisposeScope();
            var routed = model.Route(golden.HiddenStates(0), variant.Mode);
            var codes = model.Encode(routed.X, variant.Selection);
            var reconstruction = model.Decode(codes);

            routed.X.ShouldBeClose(golden.Tokens($"var.{variant.Name}.routed_x"), $"{variant.Name}: routed activation");
            routed.LayerWeights().ShouldBeClose(golden.Tokens($"var.{variant.Name}.layer_weights"), $"{variant.Name}: layer weights");
            CheckCodes(golden, variant, codes, reconstruction, routed.X);
        }
    }

    [Theory]
    [InlineData("topk_a")]
    public void TopKEqualsReference(string name)
    {
        using var golden = new AutoencoderCase(name);
        using var scope = NewDisposeScope();
        using var autoencoder = TopKAutoencoder.FromTensors(golden.TopK, golden.Tensors.Under("param."));

        var x = Standardization.Apply(golden.HiddenStates(0)[0]).Values;
        var codes = autoencoder.Encode(x);

        autoencoder.PreActivations(x).ShouldBeClose(golden.Tokens("fwd.pre_acts"), "pre-activations");
        codes.ToDense(golden.TopK.Latents).ShouldBeClose(golden.Tokens("fwd.latents"), "latents");
        autoencoder.Decode(codes).ShouldBeClose(golden.Tokens("fwd.x_hat"), "reconstruction");
    }

    [Theory]
    [InlineData("topk_a")]
    public void TopKInferenceVariantsEqualReference(string name)
    {
        using var golden = new AutoencoderCase(name);
        using var autoencoder = TopKAutoencoder.FromTensors(golden.TopK, golden.Tensors.Under("param."));

        foreach (var variant in golden.Variants)
        {
            using var scope = NewDisposeScope();
            var x = Standardization.Apply(golden.HiddenStates(0)[0]).Values;
            var codes = autoencoder.Encode(x, variant.Selection);
            CheckCodes(golden, variant, codes, autoencoder.Decode(codes), x);
        }
    }

    [Theory]
    [InlineData("routesae_sum_hard_a")]
    [InlineData("routesae_sum_soft_a")]
    [InlineData("routesae_mean_hard_a")]
    [InlineData("routesae_mean_soft_a")]
    [InlineData("topk_a")]
    public void UnitNormOfTheDecoderEqualsReference(string name)
    {
        using var golden = new AutoencoderCase(name);
        using var scope = NewDisposeScope();
        var prefix = name.StartsWith("topk", StringComparison.Ordinal) ? "" : "sae.";
        var parameters = golden.Tensors.Under($"param.{prefix}");
        using var autoencoder = TopKAutoencoder.FromTensors(golden.TopK, parameters);

        autoencoder.NormalizeDecoder();

        autoencoder.DecoderDirections.t().ShouldBeClose(golden.Tensors[$"unit_norm.{prefix}decoder.weight"], "decoder");
    }

    private static void CheckCodes(AutoencoderCase golden, AutoencoderVariant variant, SparseCodes codes, Tensor reconstruction, Tensor x)
    {
        codes.ToDense(golden.TopK.Latents).ShouldBeClose(golden.Tokens($"var.{variant.Name}.latents"), $"{variant.Name}: latents");
        reconstruction.ShouldBeClose(golden.Tokens($"var.{variant.Name}.x_hat"), $"{variant.Name}: reconstruction");
        NormalizedMse.Mean(reconstruction, x).item<float>().Should().BeApproximately(variant.NormalizedMse, 1e-5f, variant.Name);
        ((double)codes.CountActive() / codes.Tokens).Should().BeApproximately(variant.MeanActive, 1e-4, variant.Name);
    }
}
