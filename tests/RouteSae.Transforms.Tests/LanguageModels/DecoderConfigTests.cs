using FluentAssertions;
using RouteSae.LanguageModels;
using Xunit;

namespace RouteSae.Tests.LanguageModels;

public sealed class DecoderConfigTests
{
    [Fact]
    public void Fields_are_read_and_missing_ones_have_the_usual_values()
    {
        var config = DecoderConfig.Parse(LlamaJson.With("""{ "rms_norm_eps": "-", "rope_theta": "-", "max_position_embeddings": "-", "tie_word_embeddings": "-", "num_key_value_heads": "-" }"""), "config.json");

        config.Should().BeEquivalentTo(new DecoderConfig
        {
            ModelType = "llama",
            HiddenSize = 32,
            IntermediateSize = 48,
            LayerCount = 2,
            AttentionHeads = 4,
            KeyValueHeads = 4,
            HeadSize = 8,
            VocabularySize = 50,
            MaxPositions = 2048,
            NormEpsilon = 1e-6,
            RopeTheta = 10000,
            TiedEmbeddings = false,
            EndOfSequence = [2],
        });
    }

    [Fact]
    public void The_rotary_parameters_of_newer_configurations_are_read()
    {
        var config = DecoderConfig.Parse(
            LlamaJson.With("""
                { "rope_theta": "-", "rope_parameters": { "rope_theta": 500000.0, "rope_type": "llama3", "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192 } }
                """), "config.json");

        config.RopeTheta.Should().Be(500000);
        config.RopeScaling.Should().Be(new RopeScaling { Kind = RopeScalingKind.Llama3, Factor = 32, LowFrequencyFactor = 1, HighFrequencyFactor = 4, OriginalMaxPositions = 8192 });
    }

    [Fact]
    public void Plain_rotary_parameters_are_read()
    {
        var config = DecoderConfig.Parse(LlamaJson.With("""{ "rope_theta": "-", "rope_parameters": { "rope_theta": 777.0, "rope_type": "default" } }"""), "config.json");

        config.RopeTheta.Should().Be(777);
        config.RopeScaling.Kind.Should().Be(RopeScalingKind.None);
    }

    [Fact]
    public void Linear_scaling_is_read_under_its_old_name()
    {
        var config = DecoderConfig.Parse(LlamaJson.With("""{ "rope_scaling": { "type": "linear", "factor": 2.5 } }"""), "config.json");

        config.RopeScaling.Should().Be(new RopeScaling { Kind = RopeScalingKind.Linear, Factor = 2.5 });
    }

    [Theory]
    [InlineData("2", new[] { 2 })]
    [InlineData("[2, 7]", new[] { 2, 7 })]
    [InlineData("null", new int[0])]
    public void End_of_sequence_ids_are_one_several_or_none(string json, int[] expected) =>
        DecoderConfig.Parse(LlamaJson.With($$"""{ "eos_token_id": {{json}} }"""), "config.json").EndOfSequence.Should().Equal(expected);

    [Theory]
    [InlineData("llama", "2", 2)]
    [InlineData("llama", "null", null)]
    [InlineData("llama", "-1", null)]
    [InlineData("gemma", "3", 3)]
    [InlineData("gemma", "null", null)]
    public void The_padding_id_is_a_token_or_none(string family, string json, int? expected) =>
        DecoderConfig.Parse(LlamaJson.With($$"""{ "model_type": "{{family}}", "pad_token_id": {{json}} }"""), "config.json").Padding.Should().Be(expected);

    [Theory]
    [InlineData("llama", null)]
    [InlineData("gemma", 0)]
    public void Without_a_padding_id_the_familys_counts(string family, int? expected) =>
        DecoderConfig.Parse(LlamaJson.With($$"""{ "model_type": "{{family}}" }"""), "config.json").Padding.Should().Be(expected);

    [Theory]
    [InlineData(16, new[] { 4, 5, 6, 7, 8, 9, 10, 11, 12 })]
    [InlineData(8, new[] { 2, 3, 4, 5, 6 })]
    [InlineData(7, new[] { 1, 2, 3, 4, 5 })]
    public void A_quarter_to_three_quarters_of_the_hidden_states_are_routed_by_default(int layers, int[] expected) =>
        (RandomModel.Odd with { LayerCount = layers }).DefaultRoutedHiddenStates.Should().Equal(expected);

    [Theory]
    [InlineData("""{ "attention_dropout": 0.1 }""")]
    [InlineData("""{ "pretraining_tp": 2 }""")]
    [InlineData("""{ "sliding_window": 4096, "use_sliding_window": false }""")]
    [InlineData("""{ "sliding_window": null, "quantization_config": null }""")]
    [InlineData("""{ "partial_rotary_factor": 1.0 }""")]
    [InlineData("""{ "layer_types": ["full_attention", "full_attention"] }""")]
    [InlineData("""{ "hidden_act": "silu", "initializer_range": 0.02, "use_cache": true, "torch_dtype": "bfloat16" }""")]
    public void Fields_that_change_nothing_are_passed_over(string changes) =>
        DecoderConfig.Parse(LlamaJson.With(changes), "config.json").Should().BeEquivalentTo(DecoderConfig.Parse(LlamaJson.With(), "config.json"));

    [Theory]
    [InlineData("""{ "sliding_window": 4096 }""", "config.json: field 'sliding_window' is 4096, which is not implemented for llama models; without it the results would be wrong.")]
    [InlineData("""{ "rope_scaling": { "type": "linear", "factor": 2.0, "rope_theta": 5000.0 } }""", "config.json: rope_scaling has a rope_theta of 5000, beside the model's 10000. Leave one of them.")]
    [InlineData("""{ "partial_rotary_factor": 0.5 }""", "config.json: field 'partial_rotary_factor' is 0.5, which is not implemented for llama models; without it the results would be wrong.")]
    [InlineData("""{ "quantization_config": { "bits": 4 } }""", "config.json: field 'quantization_config' is {\"bits\":4}, which is not implemented for llama models; without it the results would be wrong.")]
    [InlineData("""{ "layer_types": ["full_attention", "sliding_attention"] }""", "config.json: field 'layer_types' is [\"full_attention\",\"sliding_attention\"], which is not implemented for llama models; without it the results would be wrong.")]
    [InlineData("""{ "final_logit_softcapping": 30.0 }""", "config.json: field 'final_logit_softcapping' is 30.0, which is not implemented for llama models; without it the results would be wrong.")]
    [InlineData("""{ "rope_parameters": { "rope_theta": 1e4, "partial_rotary_factor": 0.25 } }""", "config.json: rope_parameters: field 'partial_rotary_factor' is 0.25, which is not implemented; without it the results would be wrong.")]
    [InlineData("""{ "rope_parameters": { "full_attention": { "rope_theta": 1e4 } } }""", "config.json: rope_parameters: field 'full_attention' is {\"rope_theta\":1e4}, which is not implemented; without it the results would be wrong.")]
    [InlineData("""{ "hidden_act": "mish" }""", "config.json: hidden_act 'mish' is not supported. Known: gelu, gelu_accurate, *")]
    public void Fields_that_change_the_mathematics_are_refused(string changes, string message) => ShouldFail(LlamaJson.With(changes), message);

    [Theory]
    [InlineData("""{ "model_type": "rwkv" }""", "config.json: model_type 'rwkv' is not supported. Known: gemma, gemma2, gemma3, gemma3_text, gpt2, gpt_neox, llama, mistral, olmo, olmo2, phi, phi3, qwen2, qwen3, smollm3.")]
    [InlineData("""{ "model_type": "-" }""", "config.json has no field 'model_type'.")]
    [InlineData("""{ "model_type": 7 }""", "config.json: field 'model_type' is 7; a text is expected.")]
    [InlineData("""{ "hidden_size": "-" }""", "config.json has no field 'hidden_size'.")]
    [InlineData("""{ "num_hidden_layers": null }""", "config.json has no field 'num_hidden_layers'.")]
    [InlineData("""{ "vocab_size": 0 }""", "config.json: field 'vocab_size' is 0; a positive whole number is expected.")]
    [InlineData("""{ "intermediate_size": 1.5 }""", "config.json: field 'intermediate_size' is 1.5; a positive whole number is expected.")]
    [InlineData("""{ "rms_norm_eps": -1 }""", "config.json: field 'rms_norm_eps' is -1; a positive number is expected.")]
    [InlineData("""{ "tie_word_embeddings": "yes" }""", "config.json: field 'tie_word_embeddings' is \"yes\"; true or false is expected.")]
    [InlineData("""{ "eos_token_id": "</s>" }""", "config.json: field 'eos_token_id' is \"\\u003C/s\\u003E\"; a token id or a list of them is expected.")]
    [InlineData("""{ "rope_scaling": 2 }""", "config.json: field 'rope_scaling' is 2; an object is expected.")]
    [InlineData("""{ "rope_scaling": { "rope_type": "mrope", "factor": 4.0 } }""", "config.json: rope_scaling: the type 'mrope' is not supported. Known: default, dynamic, linear, llama3, longrope, yarn.")]
    [InlineData("""{ "rope_scaling": { "rope_type": "linear" } }""", "config.json: rope_scaling has no field 'factor'.")]
    [InlineData("""{ "rope_scaling": { "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 4.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64 } }""", "config.json: the high frequency factor 4 of the rotary scaling is not above the low one 4.")]
    [InlineData("""{ "num_key_value_heads": 3 }""", "config.json: 4 attention heads cannot share 3 key-value heads evenly.")]
    [InlineData("""{ "hidden_size": 30 }""", "config.json: hidden_size 30 is not a multiple of num_attention_heads 4, and there is no head_dim.")]
    [InlineData("""{ "head_dim": 7 }""", "config.json: the head size 7 is odd, but rotary embeddings turn pairs.")]
    public void What_is_wrong_is_named(string changes, string message) => ShouldFail(LlamaJson.With(changes), message);

    [Theory]
    [InlineData("[]", "config.json is not a JSON object.")]
    [InlineData("{", "config.json is not valid JSON: *")]
    [InlineData("", "config.json is not valid JSON: *")]
    public void What_is_no_configuration_is_refused(string json, string message) => ShouldFail(json, message);

    private static void ShouldFail(string json, string message) =>
        FluentActions.Invoking(() => DecoderConfig.Parse(json, "config.json")).Should().Throw<LanguageModelFormatException>().WithMessage(message);
}
