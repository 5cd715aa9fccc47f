using System.Text.Json.Nodes;
using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Published;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Published;

public sealed class SparsifyFolderTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Codes_and_reconstructions_are_those_of_sparsify()
    {
        using var scope = NewDisposeScope();
        using var published = Load("layers.3");

        published.Model.ShouldComputeLike(new PlainAutoencoder(PublishedFolder.SaeLensTensors("topk")) { Architecture = "topk" });
        published.Format.Should().Be(PublishedFormat.Sparsify);
        published.Model.Scaling.Should().Be(HiddenStateScaling.None);
        published.Notes.Should().BeEmpty();
    }

    [Fact]
    public void The_number_of_latents_may_be_a_multiple_of_the_width()
    {
        using var scope = NewDisposeScope();
        using var published = Load("layers.3", config => (config["num_latents"], config["expansion_factor"]) = (0, 4), PublishedFolder.SparsifyTensors(latents: 40));

        published.Model.Latents.Should().Be(40);
    }

    [Theory]
    [InlineData("layers.0", 1)]
    [InlineData("layers.11", 12)]
    [InlineData("h.4", 5)]
    [InlineData("model.layers.2", 3)]
    [InlineData("layers.2/seed7", 3)]
    [InlineData("embed_tokens", 0)]
    public void The_folder_names_the_module_whose_output_is_read(string folder, int hiddenState)
    {
        using var published = Load(folder);

        published.Model.HiddenStates.Should().Equal(hiddenState);
        published.Notes.Should().HaveCount(folder == "embed_tokens" ? 1 : 0);
    }

    [Theory]
    [InlineData("layers.3.mlp")]
    [InlineData("my-autoencoder")]
    public void Another_name_needs_the_hidden_state(string folder)
    {
        Loading(folder).Should().Throw<PublishedFormatException>().WithMessage(
            $"'{_temporary.File(folder)}' is not named after a module whose output is a hidden state: layers.N (hidden state N + 1), h.N or embed_tokens (0). "
            + "If it was renamed, set HiddenState; what attention or feed-forward modules put out is not read.");
        using var published = PublishedAutoencoder.Load(_temporary.File(folder), new PublishedAutoencoderOptions { HiddenState = 4 });

        published.Model.HiddenStates.Should().Equal(4);
    }

    [Theory]
    [InlineData("transcode", "true", " is of a transcoder: it predicts what a module puts out from what it reads.")]
    [InlineData("skip_connection", "true", ": skip_connection is true; an autoencoder with a linear path around its codes is not read.")]
    [InlineData("signed", "true", ": signed is true; an autoencoder with negative activations is not read.")]
    [InlineData("activation", "\"groupmax\"", ": activation is \"groupmax\"; only topk is read.")]
    [InlineData("k", "25", ": k is 25, but there are only 24 latents.")]
    [InlineData("k", "null", " lacks k.")]
    public void What_is_not_computed_here_is_refused(string name, string value, string problem) =>
        Loading("layers.3", config => config[name] = JsonNode.Parse(value)).Should().Throw<PublishedFormatException>()
            .WithMessage($"{_temporary.File("layers.3", "cfg.json")}{problem}");

    [Fact]
    public void Weights_that_do_not_fit_are_refused()
    {
        using var scope = NewDisposeScope();
        var weights = _temporary.File("layers.3", "sae.safetensors");
        Loading("layers.3", tensors: PublishedFolder.SparsifyTensors(latents: 40)).Should().Throw<PublishedFormatException>()
            .WithMessage($"encoder.weight in {weights} has shape [40, 10], but by cfg.json it must be [24, 10].");
        var withSkip = PublishedFolder.SparsifyTensors();
        withSkip["W_skip"] = zeros(10, 10);
        Loading("layers.3", tensors: withSkip).Should().Throw<PublishedFormatException>().WithMessage($"{weights} holds W_skip, which*");
    }

    [Fact]
    public void Options_of_SAELens_are_refused() => FluentActions.Invoking(() =>
    {
        using var published = Load("layers.3");
        PublishedAutoencoder.Load(_temporary.File("layers.3"), new PublishedAutoencoderOptions { CenterHiddenStates = true });
    }).Should().Throw<ArgumentException>().WithMessage("ActivationScale and CenterHiddenStates are for SAELens folders; sparsify reads hidden states as they are.*");

    private Func<PublishedAutoencoder> Loading(string folder, Action<JsonObject>? change = null, Dictionary<string, Tensor>? tensors = null) =>
        FluentActions.Invoking(() => Load(folder, change, tensors));

    private PublishedAutoencoder Load(string folder, Action<JsonObject>? change = null, Dictionary<string, Tensor>? tensors = null)
    {
        using var scope = NewDisposeScope();
        var config = PublishedFolder.SparsifyConfig();
        change?.Invoke(config);
        PublishedFolder.Write(_temporary.File(folder), config, tensors ?? PublishedFolder.SparsifyTensors(), "sae.safetensors");
        return PublishedAutoencoder.Load(_temporary.File(folder));
    }
}
