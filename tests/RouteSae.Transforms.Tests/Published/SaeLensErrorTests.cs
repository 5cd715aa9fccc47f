using System.Text.Json.Nodes;
using FluentAssertions;
using RouteSae.Published;
using RouteSae.Tensors;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Published;

public sealed class SaeLensErrorTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string Folder => _temporary.File("sae");

    private string Config => _temporary.File("sae", "cfg.json");

    private string Weights => _temporary.File("sae", "sae_weights.safetensors");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_missing_tensor_is_named() => Message(tensors: tensors => tensors.Remove("b_enc")).Should().Be($"{Weights} lacks b_enc; it holds W_dec, W_enc, b_dec.");

    [Fact]
    public void A_wrong_shape_is_told_with_the_right_one() => Message(tensors: tensors => tensors["W_enc"] = tensors["W_enc"].t().contiguous()).Should().Be(
        $"W_enc in {Weights} has shape [24, 10], but by cfg.json it must be [10, 24].");

    [Fact]
    public void Whole_numbers_are_no_weights() => Message(tensors: tensors => tensors["b_dec"] = tensors["b_dec"].to_type(ScalarType.Int32)).Should().Be(
        $"b_dec in {Weights} has type Int32; weights must be Float64, Float32, Float16 or BFloat16.");

    [Fact]
    public void A_tensor_that_nobody_reads_is_refused() => Message(tensors: tensors => tensors["W_skip"] = zeros(3)).Should().Be(
        $"{Weights} holds W_skip, which an autoencoder of this kind does not have here: it would compute something else.");

    [Theory]
    [InlineData("architecture", "\"temporal\"", "architecture is 'temporal'; those that are read are standard, topk, jumprelu and gated.")]
    [InlineData("architecture", "\"batchtopk\"", "architecture is 'batchtopk', which only a checkpoint of a training has. SAELens's save_inference_model writes it as 'jumprelu', which is read.")]
    [InlineData("activation_fn_str", "\"tanh-relu\"", "an autoencoder of architecture 'standard' with the activation function 'tanh-relu' is not read; standard, jumprelu and gated need relu, topk needs topk.")]
    [InlineData("normalize_activations", "\"mean\"", "normalize_activations is 'mean'; known are none, expected_average_only_in, constant_norm_rescale and layer_norm.")]
    [InlineData("reshape_activations", "\"hook_z\"", "reshape_activations is \"hook_z\": it reads attention heads, which are not a hidden state.")]
    [InlineData("d_in", "0", "d_in is 0; it must be at least 1.")]
    [InlineData("d_sae", "\"many\"", "d_sae is \"many\"; a whole number is needed.")]
    public void A_field_that_is_not_computed_here_is_refused(string name, string value, string problem) =>
        Message(config => config[name] = JsonNode.Parse(value)).Should().Be($"{Config}: {problem}");

    [Theory]
    [InlineData("d_out", "12")]
    [InlineData("hook_name_out", "\"blocks.3.hook_mlp_out\"")]
    public void Transcoders_are_refused(string name, string value) => Message(config => config[name] = JsonNode.Parse(value)).Should().Be(
        $"{Config} is of a transcoder: it predicts one activation from another and does not reconstruct what it reads.");

    [Fact]
    public void Single_heads_are_refused() => Message(config => config["hook_head_index"] = 3).Should().Be(
        $"{Config} is of an autoencoder of one attention head (hook_head_index), which is not a hidden state.");

    [Fact]
    public void What_is_not_said_cannot_be_read()
    {
        Message(config => config.Remove("d_in")).Should().Be($"{Config} lacks d_in.");
        Message(config => ((JsonObject)config["metadata"]!).Remove("hook_name")).Should().Be($"{Config} lacks hook_name, so nobody knows what the autoencoder reads.");
        Message(config => config["architecture"] = "topk").Should().Be($"{Config} lacks k, the number of active latents of a topk autoencoder.");
        Message(config => (config["architecture"], config["k"]) = ("topk", 25)).Should().Be($"{Config}: k is 25; with 24 latents it must be 1 to 24.");
        Message(config => config["finetuning_scaling_factor"] = true).Should().Be($"{Config}: finetuning_scaling_factor is true, but {Weights} has no such tensor.");
    }

    [Fact]
    public void A_folder_without_an_autoencoder_is_told_from_one_with_several()
    {
        var loading = FluentActions.Invoking(() => PublishedAutoencoder.Load(Folder));
        loading.Should().Throw<DirectoryNotFoundException>().WithMessage($"The autoencoder's folder '{Folder}' does not exist.");

        Directory.CreateDirectory(_temporary.File("sae", "layers.3"));
        loading.Should().Throw<PublishedFormatException>().WithMessage($"'{Folder}' has no cfg.json. Name the folder of one autoencoder.");

        File.WriteAllText(_temporary.File("sae", "layers.3", "cfg.json"), "{}");
        loading.Should().Throw<PublishedFormatException>().WithMessage($"'{Folder}' has no cfg.json. 1 folders in it do, such as layers.3: name one of them.");

        File.WriteAllText(Config, "[]");
        loading.Should().Throw<PublishedFormatException>().WithMessage(
            $"'{Folder}' holds neither sae_weights.safetensors (SAELens) nor sae.safetensors (sparsify) beside cfg.json. Weights that are a Python pickle are not read: convert them to safetensors.");

        File.WriteAllText(Weights, "");
        loading.Should().Throw<PublishedFormatException>().WithMessage($"{Config} is not a JSON object.");

        File.WriteAllText(Config, "{");
        loading.Should().Throw<PublishedFormatException>().WithMessage($"{Config} cannot be read: *");
    }

    [Fact]
    public void A_damaged_file_of_weights_is_an_error()
    {
        using var scope = NewDisposeScope();
        PublishedFolder.Write(Folder, PublishedFolder.SaeLensConfig("standard"), PublishedFolder.SaeLensTensors("standard"));
        File.WriteAllBytes(Weights, File.ReadAllBytes(Weights)[..^5]);

        FluentActions.Invoking(() => PublishedAutoencoder.Load(Folder)).Should().Throw<SafetensorsFormatException>().WithMessage($"{Weights}*");
    }

    private string Message(Action<JsonObject>? config = null, Action<Dictionary<string, Tensor>>? tensors = null)
    {
        using var scope = NewDisposeScope();
        var (fields, values) = (PublishedFolder.SaeLensConfig("standard"), PublishedFolder.SaeLensTensors("standard"));
        config?.Invoke(fields);
        tensors?.Invoke(values);
        PublishedFolder.Write(Folder, fields, values);
        return FluentActions.Invoking(() => PublishedAutoencoder.Load(Folder)).Should().Throw<PublishedFormatException>().Which.Message;
    }
}
