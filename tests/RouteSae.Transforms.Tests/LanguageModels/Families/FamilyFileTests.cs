using FluentAssertions;
using RouteSae.LanguageModels;
using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels.Families;

/// <summary>Checkpoint files of other families than Llama: what they may hold beside weights, and how they can be damaged.</summary>
public sealed class FamilyFileTests
{
    [Theory]
    [InlineData("gpt2", "transformer.h.0.attn.bias")]
    [InlineData("gpt2", "transformer.h.1.attn.masked_bias")]
    [InlineData("gpt2 without a scale, bare, untied", "h.0.attn.bias")]
    [InlineData("gpt_neox, sequential", "gpt_neox.layers.0.attention.bias")]
    [InlineData("gpt_neox, sequential", "gpt_neox.layers.0.attention.masked_bias")]
    [InlineData("gpt_neox, sequential", "gpt_neox.layers.0.attention.rotary_emb.inv_freq")]
    public void Stored_constants_are_passed_over(string name, string constant)
    {
        using var scope = NewDisposeScope();
        using var family = new FamilyCase(name);
        StoredTensors.Edit(family.Folder, tensors => tensors[constant] = ones(1, 1, 4, 4));

        using var model = family.Load();

        ShouldFollow(family, model);
    }

    [Theory]
    [InlineData("gpt_neox, sequential", "gpt_neox.")]
    [InlineData("gemma2", "model.")]
    [InlineData("phi with normed heads", "model.")]
    public void Names_without_their_prefix_are_read(string name, string prefix)
    {
        using var scope = NewDisposeScope();
        using var family = new FamilyCase(name);
        Rename(family, prefix, "");

        using var model = family.Load();

        ShouldFollow(family, model);
    }

    [Fact]
    public void The_newer_names_of_a_model_with_images_are_read()
    {
        using var scope = NewDisposeScope();
        using var family = new FamilyCase("gemma3 with images");
        Rename(family, "language_model.model.", "model.language_model.");
        StoredTensors.Edit(family.Folder, tensors => tensors["model.vision_tower.layers.0.weight"] = ones(2));

        using var model = family.Load();

        ShouldFollow(family, model);
    }

    [Theory]
    [InlineData("gpt2", "transformer.h.1.attn.c_attn.weight")]
    [InlineData("gpt2", "transformer.wpe.weight")]
    [InlineData("gpt_neox, sequential", "gpt_neox.layers.2.attention.query_key_value.bias")]
    [InlineData("phi3, partly rotated, long", "model.layers.0.mlp.gate_up_proj.weight")]
    [InlineData("phi with normed heads", "lm_head.bias")]
    [InlineData("qwen3", "model.layers.3.self_attn.k_norm.weight")]
    [InlineData("gemma2", "model.layers.0.pre_feedforward_layernorm.weight")]
    [InlineData("olmo2", "model.layers.0.post_feedforward_layernorm.weight")]
    public void A_missing_tensor_is_named(string name, string tensor)
    {
        using var scope = NewDisposeScope();
        using var family = new FamilyCase(name);
        StoredTensors.Remove(family.Folder, tensor);

        FluentActions.Invoking(() => family.Load()).Should().Throw<LanguageModelFormatException>()
            .WithMessage($"*model.safetensors has no tensor '{tensor}', which the configuration of this * model calls for.");
    }

    [Theory]
    [InlineData("gpt2", "transformer.h.1.attn.c_attn.weight", "32, 96")]
    [InlineData("gpt_neox, sequential", "gpt_neox.layers.0.attention.query_key_value.weight", "96, 32")]
    [InlineData("phi3, partly rotated, long", "model.layers.0.self_attn.qkv_proj.weight", "64, 24")]
    [InlineData("olmo2", "model.layers.1.self_attn.k_norm.weight", "12")]
    [InlineData("gemma3_text", "model.layers.1.self_attn.q_norm.weight", "10")]
    public void A_tensor_of_another_shape_is_named(string name, string tensor, string shape)
    {
        using var scope = NewDisposeScope();
        using var family = new FamilyCase(name);
        StoredTensors.Edit(family.Folder, tensors => tensors[tensor] = zeros(3, 5));

        FluentActions.Invoking(() => family.Load()).Should().Throw<LanguageModelFormatException>()
            .WithMessage($"*: tensor '{tensor}' has shape [3, 5]; the configuration says [{shape}].");
    }

    [Theory]
    [InlineData("gpt2", "transformer.h.1.attn.c_attn.weight", "32, 96")]
    [InlineData("gemma", "model.norm.weight", "24")]
    [InlineData("llama, llama3", "model.layers.0.mlp.up_proj.weight", "40, 24")]
    public void Whole_numbers_are_no_weights(string name, string tensor, string shape)
    {
        using var scope = NewDisposeScope();
        using var family = new FamilyCase(name);
        StoredTensors.Edit(family.Folder, tensors => tensors[tensor] = zeros(shape.Split(", ").Select(long.Parse).ToArray(), ScalarType.Int8));

        FluentActions.Invoking(() => family.Load()).Should().Throw<LanguageModelFormatException>().WithMessage(
            $"*: tensor '{tensor}' holds Int8 numbers, but weights are floating-point. Quantised checkpoints are not read: use the one that it was made from.");
    }

    [Theory]
    [InlineData("gpt2", "transformer.h.0.attn.c_attn.extra.weight")]
    [InlineData("olmo", "model.layers.0.input_layernorm.weight")]
    [InlineData("phi with fewer keys", "model.layers.0.self_attn.q_layernorm.weight")]
    public void A_weight_that_nothing_reads_is_refused(string name, string tensor)
    {
        using var scope = NewDisposeScope();
        using var family = new FamilyCase(name);
        StoredTensors.Edit(family.Folder, tensors => tensors[tensor] = zeros(2));

        FluentActions.Invoking(() => family.Load()).Should().Throw<LanguageModelFormatException>()
            .WithMessage($"*has a tensor '{tensor}', which the configuration of this * model does not call for; without it the results would be wrong.");
    }

    [Fact]
    public void Float16_and_float64_weights_are_read()
    {
        using var scope = NewDisposeScope();
        using var family = new FamilyCase("gpt_neox, sequential");
        StoredTensors.Edit(family.Folder, tensors =>
        {
            foreach (var name in tensors.Keys.ToList())
                tensors[name] = tensors[name].to_type(name.Contains("dense") ? ScalarType.Float16 : ScalarType.Float64);
        });

        using var model = family.Load();

        using var output = model.Forward(tensor(family.Ids, [1, family.Ids.Length]), null, new ForwardRequest { Logits = true });
        RandomModel.RelativeError(output.Logits![0], family.Logits).Should().BeLessThan(2e-3, "float16 rounds").And.BeGreaterThan(1e-6);
    }

    [Fact]
    public void A_position_that_was_not_learned_is_refused()
    {
        using var scope = NewDisposeScope();
        using var family = new FamilyCase("gpt2");
        using var model = family.Load();

        FluentActions.Invoking(() => model.Forward(zeros(1, 41, ScalarType.Int64), null, new ForwardRequest { HiddenStates = [1] }))
            .Should().Throw<ArgumentException>()
            .WithMessage("Position 40 does not exist in this gpt2 model, which has learned 40 positions (0 to 39). Shorten the sequences, or split them.*");
        var mask = RandomModel.Mask("0" + new string('1', 40));
        using var output = model.Forward(zeros(1, 41, ScalarType.Int64), mask, new ForwardRequest { HiddenStates = [1], PositionsFromMask = true });
    }

    [Fact]
    public void Only_llama_models_are_written()
    {
        using var scope = NewDisposeScope();
        using var family = new FamilyCase("gemma2");
        using var model = family.Load();

        FluentActions.Invoking(() => model.Save(family.Folder)).Should().Throw<NotSupportedException>().WithMessage("Only what a plain llama configuration can say*this gemma2 model*");
        FluentActions.Invoking(() => DecoderModel.CreateRandom(model.Config, seed: 1)).Should().Throw<NotSupportedException>().WithMessage("*this gemma2 model*");
        FluentActions.Invoking(() => DecoderModel.CreateRandom(RandomModel.Odd with { LogitSoftCap = 3 }, seed: 1)).Should().Throw<NotSupportedException>();
        FluentActions.Invoking(() => DecoderModel.CreateRandom(RandomModel.Odd with { ModelType = "rwkv" }, seed: 1)).Should().Throw<ArgumentException>().WithMessage("*the model type 'rwkv' is unknown (known: gemma, *");
    }

    private static void Rename(FamilyCase family, string prefix, string replacement) => StoredTensors.Edit(family.Folder, tensors =>
    {
        foreach (var name in tensors.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).ToList())
        {
            tensors.Remove(name, out var tensor);
            tensors.Add(replacement + name[prefix.Length..], tensor!);
        }
    });

    private static void ShouldFollow(FamilyCase family, DecoderModel model)
    {
        using var output = model.Forward(tensor(family.Ids, [1, family.Ids.Length]), null, new ForwardRequest { Logits = true });
        output.Logits![0].ShouldBeClose(family.Logits, "the logits", absolute: 5e-5, relative: 2e-4);
    }
}
