using FluentAssertions;
using RouteSae.LanguageModels;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels;

/// <summary>Folders that are not a complete checkpoint of the model that their configuration describes.</summary>
public sealed class CheckpointErrorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public CheckpointErrorTests()
    {
        using var model = RandomModel.Create(RandomModel.Odd);
        model.Save(_folder.Path);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_missing_configuration_is_named()
    {
        File.Delete(_folder.File("config.json"));
        Load().Should().Throw<FileNotFoundException>()
            .WithMessage($"{_folder.File("config.json")} does not exist. A checkpoint folder holds config.json, model.safetensors and tokenizer.json; ModelHub.ResolveAsync gives that of a model on the Hugging Face hub.");
    }

    [Fact]
    public void Missing_weights_are_named()
    {
        File.Delete(_folder.File("model.safetensors"));
        Load().Should().Throw<FileNotFoundException>().WithMessage($"'{_folder.Path}' holds neither model.safetensors nor model.safetensors.index.json.*");
    }

    [Fact]
    public void A_missing_shard_is_named()
    {
        using var copy = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(RepositoryFiles.Golden("lm", "llama_sharded")))
            File.Copy(file, copy.File(Path.GetFileName(file)));
        File.Delete(copy.File("model-00002-of-00003.safetensors"));

        FluentActions.Invoking(() => DecoderModel.Load(copy.Path)).Should().Throw<FileNotFoundException>()
            .WithMessage($"The checkpoint is incomplete: {copy.File("model-00002-of-00003.safetensors")} is missing (model.safetensors.index.json names it for tensor '*').");
    }

    [Theory]
    [InlineData("model.embed_tokens.weight")]
    [InlineData("model.layers.1.input_layernorm.weight")]
    [InlineData("model.layers.4.self_attn.v_proj.weight")]
    [InlineData("model.norm.weight")]
    [InlineData("lm_head.weight")]
    public void A_missing_tensor_is_named(string name)
    {
        StoredTensors.Remove(_folder.Path, name);
        Load().Should().Throw<LanguageModelFormatException>()
            .WithMessage($"{_folder.File("model.safetensors")} has no tensor '{name}', which the configuration of this llama model calls for.");
    }

    [Theory]
    [InlineData("model.layers.0.self_attn.k_proj.weight", "20, 24")]
    [InlineData("model.layers.2.mlp.down_proj.weight", "24, 40")]
    [InlineData("model.norm.weight", "24")]
    public void A_tensor_of_another_shape_is_named(string name, string shape)
    {
        StoredTensors.Edit(_folder.Path, tensors => tensors[name] = zeros(3, 5));
        Load().Should().Throw<LanguageModelFormatException>()
            .WithMessage($"{_folder.File("model.safetensors")}: tensor '{name}' has shape [3, 5]; the configuration says [{shape}].");
    }

    [Theory]
    [InlineData("model.layers.3.self_attn.q_proj.bias")]
    [InlineData("model.layers.0.self_attn.q_norm.weight")]
    public void A_weight_that_the_configuration_does_not_call_for_is_refused(string name)
    {
        StoredTensors.Edit(_folder.Path, tensors => tensors[name] = zeros(10));
        Load().Should().Throw<LanguageModelFormatException>()
            .WithMessage($"{_folder.File("model.safetensors")} has a tensor '{name}', which the configuration of this llama model does not call for; without it the results would be wrong.");
    }

    [Fact]
    public void Stored_buffers_are_passed_over()
    {
        StoredTensors.Edit(_folder.Path, tensors => tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = zeros(5));
        Load().Should().NotThrow();
    }

    [Fact]
    public void A_stored_head_is_passed_over_where_the_embedding_is_the_head()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var created = RandomModel.Create(RandomModel.Odd with { TiedEmbeddings = true });
        created.Save(folder.Path);
        StoredTensors.Edit(folder.Path, tensors => tensors["lm_head.weight"] = zeros(61, 24));
        using var model = DecoderModel.Load(folder.Path, new DecoderLoadOptions { Precision = Precision.Float32 });
        var ids = RandomModel.Ids(model.Config, 1, 4);
        using var expected = created.Forward(ids, null, new ForwardRequest { Logits = true });

        using var output = model.Forward(ids, null, new ForwardRequest { Logits = true });

        output.Logits!.eq(expected.Logits!).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Names_without_the_prefix_are_read()
    {
        using var scope = NewDisposeScope();
        using var expected = DecoderModel.Load(_folder.Path);
        var ids = RandomModel.Ids(expected.Config, 1, 4);
        using var whole = expected.Forward(ids, null, new ForwardRequest { Logits = true });
        StoredTensors.Edit(_folder.Path, tensors =>
        {
            foreach (var name in tensors.Keys.Where(name => name.StartsWith("model.", StringComparison.Ordinal)).ToList())
            {
                tensors.Remove(name, out var tensor);
                tensors.Add(name["model.".Length..], tensor!);
            }
        });

        using var model = DecoderModel.Load(_folder.Path);

        using var output = model.Forward(ids, null, new ForwardRequest { Logits = true });
        output.Logits!.eq(whole.Logits!).all().item<bool>().Should().BeTrue();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(6)]
    public void A_last_hidden_state_that_does_not_exist_is_refused(int last) =>
        FluentActions.Invoking(() => DecoderModel.Load(_folder.Path, new DecoderLoadOptions { LastHiddenState = last }))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage($"Hidden state {last} does not exist in this llama model (hidden states 0 to 5).*");

    [Fact]
    public void Sizes_set_by_hand_are_checked()
    {
        var config = RandomModel.Odd with { HeadSize = 9, LayerCount = 0, KeyValueHeads = 3 };
        FluentActions.Invoking(() => DecoderModel.CreateRandom(config, seed: 1)).Should().Throw<ArgumentException>().WithMessage(
            "The configuration cannot be computed: the number of layers is 0; 4 attention heads cannot share 3 key-value heads evenly; the head size 9 is odd, but rotary embeddings turn pairs.*");
    }

    private Func<DecoderModel> Load() => () => DecoderModel.Load(_folder.Path);
}
