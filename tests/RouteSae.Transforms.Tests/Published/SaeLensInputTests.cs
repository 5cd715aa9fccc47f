using System.Text.Json.Nodes;
using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Published;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Published;

public sealed class SaeLensInputTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string Folder => _temporary.File("sae");

    private string ConfigPath => _temporary.File("sae", "cfg.json");

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("blocks.0.hook_resid_pre", 0)]
    [InlineData("blocks.7.hook_resid_pre", 7)]
    [InlineData("blocks.0.hook_resid_post", 1)]
    [InlineData("blocks.11.hook_resid_post", 12)]
    [InlineData("hook_embed", 0)]
    public void A_hook_of_the_residual_stream_is_a_hidden_state(string hook, int hiddenState)
    {
        using var published = Load(metadata => metadata["hook_name"] = hook);

        published.Model.HiddenStates.Should().Equal(hiddenState);
    }

    [Theory]
    [InlineData("model.layers.3", 4)]
    [InlineData("transformer.h.0", 1)]
    public void A_module_of_a_Hugging_Face_model_is_a_hidden_state(string module, int hiddenState)
    {
        using var published = Load(metadata =>
        {
            metadata["hook_name"] = module;
            metadata["model_class_name"] = "AutoModelForCausalLM";
            metadata["model_from_pretrained_kwargs"] = new JsonObject();
        });

        published.Model.HiddenStates.Should().Equal(hiddenState);
        published.Model.Scaling.Should().Be(HiddenStateScaling.None);
    }

    [Theory]
    [InlineData("blocks.3.hook_resid_mid")]
    [InlineData("blocks.3.hook_mlp_out")]
    [InlineData("blocks.3.attn.hook_z")]
    [InlineData("ln_final.hook_normalized")]
    [InlineData("model.layers.3")]
    [InlineData("blocks.99999999999.hook_resid_pre")]
    public void Other_hooks_are_refused(string hook) => Loading(metadata => metadata["hook_name"] = hook).Should().Throw<PublishedFormatException>().WithMessage(
        $"{ConfigPath}: hook_name is '{hook}', which is not a hidden state. Those that are read: blocks.N.hook_resid_pre (hidden state N), blocks.N.hook_resid_post (N + 1), hook_embed (0).");

    [Fact]
    public void Embeddings_are_refused_where_position_embeddings_are_added_and_else_noted()
    {
        var positions = LanguageModel("positions", """{ "model_type": "gpt2", "layer_norm_epsilon": 1e-5 }""");
        var rotary = LanguageModel("rotary", """{ "model_type": "llama", "rms_norm_eps": 1e-5 }""");

        Loading(metadata => metadata["hook_name"] = "hook_embed", new PublishedAutoencoderOptions { LanguageModelFolder = positions }).Should().Throw<PublishedFormatException>()
            .WithMessage($"{ConfigPath}: hook_embed is not a hidden state of this language model, whose hidden state 0 has position embeddings added.");
        using var known = Load(metadata => metadata["hook_name"] = "hook_embed", new PublishedAutoencoderOptions { LanguageModelFolder = rotary });
        known.Notes.Should().BeEmpty();
        using var unknown = Load(metadata => metadata["hook_name"] = "hook_embed");
        unknown.Notes.Should().Equal("hook_embed is hidden state 0 only of a language model that adds no position embeddings; GPT-2 and OPT do.");
    }

    [Theory]
    [InlineData("""{ "center_writing_weights": true }""", "layer_norm_epsilon", HiddenStateScaling.Centered)]
    [InlineData("""{ "center_writing_weights": true }""", "rms_norm_eps", HiddenStateScaling.None)]
    [InlineData("""{ "center_writing_weights": false }""", "layer_norm_epsilon", HiddenStateScaling.None)]
    [InlineData("""{ }""", "layer_norm_epsilon", HiddenStateScaling.Centered)]
    [InlineData("""{ }""", "rms_norm_eps", HiddenStateScaling.None)]
    [InlineData("""{ "n_devices": 2 }""", "layer_norm_epsilon", HiddenStateScaling.None)]
    [InlineData("null", "layer_norm_epsilon", HiddenStateScaling.Centered)]
    public void The_hidden_state_is_centred_where_TransformerLens_centred_it(string arguments, string norm, HiddenStateScaling expected)
    {
        var languageModel = LanguageModel("lm", $$"""{ "model_type": "some", "{{norm}}": 1e-5 }""");

        using var published = Load(
            metadata => metadata["model_from_pretrained_kwargs"] = JsonNode.Parse(arguments), new PublishedAutoencoderOptions { LanguageModelFolder = languageModel });

        published.Model.Scaling.Should().Be(expected);
    }

    [Theory]
    [InlineData("{ }", "layer_norm_epsilon", "none", null, true)]
    [InlineData("{ }", "layer_norm_epsilon", "constant_norm_rescale", null, true)]
    [InlineData("{ }", "layer_norm_epsilon", "none", true, false)]
    [InlineData("{ }", "layer_norm_epsilon", "none", false, false)]
    [InlineData("{ }", "layer_norm_epsilon", "layer_norm", null, false)]
    [InlineData("{ }", "rms_norm_eps", "none", null, false)]
    [InlineData("null", "layer_norm_epsilon", "none", null, false)]
    [InlineData("{ \"center_writing_weights\": true }", "layer_norm_epsilon", "none", null, false)]
    public void Empty_arguments_are_noted_where_they_leave_the_centring_open(string arguments, string norm, string normalization, bool? centers, bool noted)
    {
        var options = new PublishedAutoencoderOptions
        {
            LanguageModelFolder = LanguageModel("lm", $$"""{ "model_type": "some", "{{norm}}": 1e-5 }"""),
            CenterHiddenStates = centers,
        };

        using var published = Load(metadata => metadata["model_from_pretrained_kwargs"] = JsonNode.Parse(arguments), options, normalization);

        published.Notes.Should().HaveCount(noted ? 1 : 0);
        if (noted)
            published.Notes[0].Should().StartWith("model_from_pretrained_kwargs is empty, and hidden states are read less their mean").And.Contain("Set CenterHiddenStates");
    }

    [Fact]
    public void A_centred_autoencoder_reads_the_hidden_state_less_its_mean_and_gives_the_mean_back()
    {
        using var scope = NewDisposeScope();
        var tensors = PublishedFolder.SaeLensTensors("standard");
        foreach (var normalization in new[] { "none", "constant_norm_rescale", "layer_norm" })
        {
            using var published = Load(
                metadata => metadata["model_from_pretrained_kwargs"] = new JsonObject { ["center_writing_weights"] = true },
                new PublishedAutoencoderOptions { CenterHiddenStates = true }, normalization, tensors);

            published.Model.ShouldComputeLike(
                new PlainAutoencoder(tensors) { Architecture = "standard", Normalization = normalization },
                state => [.. state.Select(value => value - state.Average())],
                (state, value) => value + state.Average());
        }
    }

    [Fact]
    public void Where_the_norm_decides_and_is_not_known_it_is_asked_for()
    {
        Loading(metadata => metadata["model_from_pretrained_kwargs"] = new JsonObject { ["center_writing_weights"] = true }).Should().Throw<PublishedFormatException>().WithMessage(
            $"{ConfigPath}: whether the hidden states of tiny are read less their mean depends on its norm: TransformerLens centres models with LayerNorm, and this file says so. Set LanguageModelFolder, or CenterHiddenStates if you know.");
        Loading(metadata => metadata.Remove("model_from_pretrained_kwargs")).Should().Throw<PublishedFormatException>().WithMessage(
            "*and this file does not deny it, and it is TransformerLens's default. Set LanguageModelFolder*");
    }

    [Fact]
    public void A_trained_part_of_the_positions_is_noted()
    {
        using var published = Load(metadata => metadata["seqpos_slice"] = new JsonArray(5, -5));

        published.Notes.Should().Equal("It was trained on some positions of its texts only (seqpos_slice); here it reads all of them.");
    }

    [Fact]
    public void Options_that_contradict_the_file_are_an_error()
    {
        Loading(_ => { }, new PublishedAutoencoderOptions { HiddenState = 2 }).Should().Throw<ArgumentException>()
            .WithMessage($"HiddenState is 2, but by {ConfigPath} the autoencoder reads hidden state 3.*");
        Loading(_ => { }, new PublishedAutoencoderOptions { ActivationScale = 2 }).Should().Throw<ArgumentException>()
            .WithMessage("ActivationScale is for normalize_activations = expected_average_only_in, which*does not say.*");
        Loading(_ => { }, new PublishedAutoencoderOptions { ActivationScale = -1 }).Should().Throw<ArgumentException>().WithMessage("ActivationScale is -1; it must be above 0.*");
    }

    [Theory]
    [InlineData(HiddenStateScaling.None, true, "as they are")]
    [InlineData(HiddenStateScaling.ConstantNorm, true, "as they are")]
    [InlineData(HiddenStateScaling.Centered, false, "less their mean")]
    [InlineData(HiddenStateScaling.CenteredConstantNorm, false, "less their mean")]
    public void Centring_that_contradicts_our_own_scaling_is_an_error(HiddenStateScaling scaling, bool centers, string read)
    {
        Loading(metadata => metadata["routesae_scaling"] = $"{scaling}", new PublishedAutoencoderOptions { CenterHiddenStates = centers }).Should().Throw<ArgumentException>()
            .WithMessage($"CenterHiddenStates is {centers}, but by {ConfigPath} (routesae_scaling) the autoencoder reads hidden states {read}: its scaling is {scaling}.*");
        using var same = Load(metadata => metadata["routesae_scaling"] = $"{scaling}", new PublishedAutoencoderOptions { CenterHiddenStates = !centers });
        same.Model.Scaling.Should().Be(scaling);
    }

    [Theory]
    [InlineData(HiddenStateScaling.PerToken)]
    [InlineData(HiddenStateScaling.LayerNorm)]
    public void Where_the_scaling_takes_the_mean_off_by_itself_centring_is_free(HiddenStateScaling scaling)
    {
        foreach (var centers in new[] { true, false })
        {
            using var published = Load(metadata => metadata["routesae_scaling"] = $"{scaling}", new PublishedAutoencoderOptions { CenterHiddenStates = centers });
            published.Model.Scaling.Should().Be(scaling);
        }
    }

    private string LanguageModel(string name, string config)
    {
        Directory.CreateDirectory(_temporary.File(name));
        File.WriteAllText(_temporary.File(name, "config.json"), config);
        return _temporary.File(name);
    }

    private Func<PublishedAutoencoder> Loading(Action<JsonObject> change, PublishedAutoencoderOptions? options = null) => FluentActions.Invoking(() => Load(change, options));

    private PublishedAutoencoder Load(
        Action<JsonObject> change, PublishedAutoencoderOptions? options = null, string normalization = "none", Dictionary<string, Tensor>? tensors = null)
    {
        using var scope = NewDisposeScope();
        var config = PublishedFolder.SaeLensConfig("standard");
        config["normalize_activations"] = normalization;
        change((JsonObject)config["metadata"]!);
        PublishedFolder.Write(Folder, config, tensors ?? PublishedFolder.SaeLensTensors("standard"));
        return PublishedAutoencoder.Load(Folder, options);
    }
}
