using System.Text.Json.Nodes;
using FluentAssertions;
using RouteSae.Published;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Published;

public sealed class SaeLensFolderTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string Folder => _temporary.File("sae");

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("standard", "none", true)]
    [InlineData("standard", "none", false)]
    [InlineData("standard", "constant_norm_rescale", true)]
    [InlineData("standard", "layer_norm", false)]
    [InlineData("topk", "none", true)]
    [InlineData("topk", "layer_norm", false)]
    [InlineData("topk", "constant_norm_rescale", false)]
    [InlineData("jumprelu", "none", true)]
    [InlineData("jumprelu", "layer_norm", true)]
    [InlineData("jumprelu", "none", false)]
    [InlineData("gated", "none", true)]
    [InlineData("gated", "none", false)]
    [InlineData("gated", "constant_norm_rescale", false)]
    public void Codes_and_reconstructions_are_those_of_SAELens(string architecture, string normalization, bool appliesInputBias)
    {
        using var scope = NewDisposeScope();
        var tensors = PublishedFolder.SaeLensTensors(architecture);
        PublishedFolder.Write(Folder, Config(architecture, config =>
        {
            config["normalize_activations"] = normalization;
            config["apply_b_dec_to_input"] = appliesInputBias;
        }), tensors);

        using var published = PublishedAutoencoder.Load(Folder);

        published.Model.ShouldComputeLike(new PlainAutoencoder(tensors) { Architecture = architecture, Normalization = normalization, AppliesInputBias = appliesInputBias });
        published.Format.Should().Be(PublishedFormat.SaeLens);
        published.Model.HiddenStates.Should().Equal(3);
        published.LanguageModel.Should().Be("tiny");
        published.ContextLength.Should().Be(128);
        published.PrependsBeginOfSequence.Should().BeTrue();
        published.Notes.Should().BeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rescaling_by_the_decoder_norm_is_folded_into_the_weights(bool appliesInputBias)
    {
        using var scope = NewDisposeScope();
        var tensors = PublishedFolder.SaeLensTensors("topk");
        PublishedFolder.Write(Folder, Config("topk", config =>
        {
            config["rescale_acts_by_decoder_norm"] = true;
            config["apply_b_dec_to_input"] = appliesInputBias;
        }), tensors);

        using var published = PublishedAutoencoder.Load(Folder);

        published.Model.ShouldComputeLike(new PlainAutoencoder(tensors) { Architecture = "topk", RescalesByDecoderNorm = true, AppliesInputBias = appliesInputBias });
    }

    [Fact]
    public void Factors_of_a_finetuning_are_folded_into_the_decoder()
    {
        using var scope = NewDisposeScope();
        var tensors = PublishedFolder.SaeLensTensors("standard");
        tensors["finetuning_scaling_factor"] = arange(PublishedFolder.Latents, dtype: ScalarType.Float32) / 10 + 0.3;
        PublishedFolder.Write(Folder, Config("standard", config => config["finetuning_scaling_factor"] = true), tensors);

        using var published = PublishedAutoencoder.Load(Folder);

        published.Model.ShouldComputeLike(new PlainAutoencoder(tensors) { Architecture = "standard" });
    }

    [Fact]
    public void Factors_of_1_that_some_versions_stored_change_nothing_and_others_are_an_error()
    {
        using var scope = NewDisposeScope();
        var tensors = PublishedFolder.SaeLensTensors("standard");
        tensors["scaling_factor"] = ones(PublishedFolder.Latents);
        PublishedFolder.Write(Folder, Config("standard"), tensors);
        using (var published = PublishedAutoencoder.Load(Folder))
            published.Model.ShouldComputeLike(new PlainAutoencoder(tensors) { Architecture = "standard" });

        tensors["scaling_factor"] = ones(PublishedFolder.Latents) * 2;
        PublishedFolder.Write(Folder, Config("standard"), tensors);

        Loading().Should().Throw<PublishedFormatException>().WithMessage(
            $"{_temporary.File("sae", "sae_weights.safetensors")} holds scaling_factor with other values than 1, but in cfg.json finetuning_scaling_factor is not true.");
    }

    [Fact]
    public void The_factor_of_the_expected_average_is_folded_when_given_and_else_asked_for()
    {
        const double Scale = 1.7;
        using var scope = NewDisposeScope();
        var tensors = PublishedFolder.SaeLensTensors("jumprelu");
        PublishedFolder.Write(Folder, Config("jumprelu", config => config["normalize_activations"] = "expected_average_only_in"), tensors);

        using var plain = PublishedAutoencoder.Load(Folder);
        using var folded = PublishedAutoencoder.Load(Folder, new PublishedAutoencoderOptions { ActivationScale = Scale });

        plain.Notes.Should().ContainSingle().Which.Should().Contain("set ActivationScale");
        plain.Model.ShouldComputeLike(new PlainAutoencoder(tensors) { Architecture = "jumprelu" });
        folded.Notes.Should().BeEmpty();
        folded.Model.ShouldComputeLike(
            new PlainAutoencoder(tensors) { Architecture = "jumprelu" }, state => [.. state.Select(value => value * Scale)], (_, value) => value / Scale);
    }

    [Fact]
    public void Files_of_the_first_versions_are_read()
    {
        using var scope = NewDisposeScope();
        var tensors = PublishedFolder.SaeLensTensors("topk");
        PublishedFolder.Write(Folder, new JsonObject
        {
            ["model_name"] = "gpt2-small",
            ["hook_point"] = "blocks.{layer}.hook_resid_pre",
            ["hook_point_layer"] = 8,
            ["hook_point_head_index"] = null,
            ["d_in"] = PublishedFolder.HiddenSize,
            ["d_sae"] = PublishedFolder.Latents,
            ["activation_fn_str"] = "topk",
            ["activation_fn_kwargs"] = new JsonObject { ["k"] = PublishedFolder.ActiveLatents },
            ["normalize_activations"] = false,
            ["dtype"] = "torch.float32",
        }, tensors);

        using var published = PublishedAutoencoder.Load(Folder, new PublishedAutoencoderOptions { CenterHiddenStates = false });

        published.Model.HiddenStates.Should().Equal(8);
        published.Model.ShouldComputeLike(new PlainAutoencoder(tensors) { Architecture = "topk" });
    }

    [Theory]
    [InlineData("F16")]
    [InlineData("BF16")]
    [InlineData("F64")]
    public void Weights_of_other_real_types_become_float32(string type)
    {
        using var scope = NewDisposeScope();
        var stored = PublishedFolder.SaeLensTensors("gated").ToDictionary(pair => pair.Key, pair => pair.Value.to_type(type switch
        {
            "F16" => ScalarType.Float16,
            "BF16" => ScalarType.BFloat16,
            _ => ScalarType.Float64,
        }));
        PublishedFolder.Write(Folder, Config("gated", config => config["dtype"] = "bfloat16"), stored);

        using var published = PublishedAutoencoder.Load(Folder);

        published.Model.ShouldComputeLike(new PlainAutoencoder(stored) { Architecture = "gated" });
        published.Notes.Should().ContainSingle().Which.Should().StartWith("SAELens computes this autoencoder in another type than float32");
    }

    private Func<PublishedAutoencoder> Loading() => FluentActions.Invoking(() => PublishedAutoencoder.Load(Folder));

    private static JsonObject Config(string architecture, Action<JsonObject>? change = null)
    {
        var config = PublishedFolder.SaeLensConfig(architecture);
        change?.Invoke(config);
        return config;
    }
}
