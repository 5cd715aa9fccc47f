using FluentAssertions;
using RouteSae.LanguageModels;
using Xunit;

namespace RouteSae.Tests.LanguageModels.Families;

/// <summary>What the configuration of a family means where it says little, or says it in another way.</summary>
public sealed class FamilyConfigTests
{
    private static readonly AttentionSpan[] s_everyOther = [.. Enumerable.Range(0, 26).Select(layer => layer % 2 == 0 ? AttentionSpan.Sliding : AttentionSpan.Full)];

    [Theory]
    [InlineData("mistral", 4096, 14336, 32, 32, 8, 128, 32000, 131072, false)]
    [InlineData("qwen2", 4096, 22016, 32, 32, 32, 128, 151936, 32768, false)]
    [InlineData("qwen3", 4096, 22016, 32, 32, 32, 128, 151936, 32768, false)]
    [InlineData("smollm3", 2048, 11008, 36, 16, 4, 128, 128256, 32768, true)]
    [InlineData("gemma", 3072, 24576, 28, 16, 16, 256, 256000, 8192, true)]
    [InlineData("gemma2", 2304, 9216, 26, 8, 4, 256, 256000, 8192, true)]
    [InlineData("gemma3_text", 2304, 9216, 26, 8, 4, 256, 262208, 131072, true)]
    [InlineData("gemma3", 2304, 9216, 26, 8, 4, 256, 262208, 131072, true)]
    [InlineData("phi3", 3072, 8192, 32, 32, 32, 96, 32064, 4096, false)]
    [InlineData("phi", 2048, 8192, 24, 32, 32, 64, 51200, 2048, false)]
    [InlineData("gpt2", 768, 3072, 12, 12, 12, 64, 50257, 1024, true)]
    [InlineData("gpt_neox", 6144, 24576, 44, 64, 64, 96, 50432, 2048, false)]
    [InlineData("olmo", 4096, 11008, 32, 32, 32, 128, 50304, 2048, false)]
    [InlineData("olmo2", 4096, 11008, 32, 32, 32, 128, 50304, 2048, false)]
    public void Missing_sizes_are_those_of_the_published_class(
        string family, int hidden, int wide, int layers, int heads, int keyValueHeads, int headSize, int vocabulary, int positions, bool tied)
    {
        var config = Parse(family);

        new[] { config.HiddenSize, config.IntermediateSize, config.LayerCount, config.AttentionHeads, config.KeyValueHeads, config.HeadSize, config.VocabularySize, config.MaxPositions }
            .Should().Equal(hidden, wide, layers, heads, keyValueHeads, headSize, vocabulary, positions);
        config.TiedEmbeddings.Should().Be(tied);
    }

    [Fact]
    public void Phi3s_original_context_is_4096_unless_the_configuration_says_otherwise()
    {
        const string scaled = """ "hidden_size": 32, "num_attention_heads": 8, "max_position_embeddings": 16384, "rope_scaling": { "type": "longrope", "short_factor": [1.0, 1.0], "long_factor": [2.0, 2.0] } """;

        Parse("phi3", scaled).RopeScaling.OriginalMaxPositions.Should().Be(4096);
        Parse("phi3", scaled + """, "original_max_position_embeddings": 8192 """).RopeScaling.OriginalMaxPositions.Should().Be(8192);
    }

    [Fact]
    public void A_missing_window_is_the_usual_one_and_null_is_none()
    {
        Parse("mistral").SlidingWindow.Should().Be(4096);
        Parse("mistral", """ "sliding_window": null """).SlidingWindow.Should().BeNull();
        Parse("gemma2").Spans.Should().Equal(s_everyOther);
        Parse("phi3").SlidingWindow.Should().BeNull();
        Parse("qwen2", """ "sliding_window": 4096 """).SlidingWindow.Should().BeNull("it is not used unless use_sliding_window says so");
        Parse("qwen2", """ "use_sliding_window": true, "max_window_layers": 31 """).Spans.Count(span => span == AttentionSpan.Sliding).Should().Be(1);
    }

    [Fact]
    public void A_missing_cap_is_the_usual_one_and_null_is_none()
    {
        (Parse("gemma2").AttentionSoftCap, Parse("gemma2").LogitSoftCap).Should().Be((50.0, 30.0));
        Parse("gemma2", """ "attn_logit_softcapping": null, "final_logit_softcapping": null """).AttentionSoftCap.Should().BeNull();
        (Parse("gemma3_text").AttentionSoftCap, Parse("gemma3_text").LogitSoftCap).Should().Be((null, null));
    }

    [Theory]
    [InlineData("gpt_neox", "", 24)]
    [InlineData("gpt_neox", """ "rotary_pct": 0.5, "partial_rotary_factor": 0.25 """, 48)]
    [InlineData("gpt_neox", """ "rope_parameters": { "rope_theta": 1e4, "partial_rotary_factor": 1.0 } """, 96)]
    [InlineData("phi", "", 32)]
    [InlineData("phi", """ "partial_rotary_factor": 0.4 """, 25)]
    [InlineData("phi3", """ "partial_rotary_factor": 0.75 """, 72)]
    [InlineData("phi3", "", 96)]
    public void The_rotated_part_of_a_head_is_found(string family, string fields, int expected)
    {
        if (expected % 2 == 0)
            Parse(family, fields).RotarySize.Should().Be(expected);
        else
            FluentActions.Invoking(() => Parse(family, fields)).Should().Throw<LanguageModelFormatException>()
                .WithMessage($"config.json: {expected} numbers of a head are rotated, but rotary embeddings turn pairs.");
    }

    [Theory]
    [InlineData(""" "rotary_emb_base": 5000, "rope_theta": 7 """, 5000)]
    [InlineData(""" "rope_theta": 700 """, 700)]
    [InlineData(""" "rotary_emb_base": 5000, "rope_parameters": { "rope_theta": 300 } """, 300)]
    public void The_base_of_the_frequencies_is_found_under_its_names(string fields, double expected) =>
        Parse("gpt_neox", fields).RopeTheta.Should().Be(expected);

    [Fact]
    public void Gemma_3_has_a_rotation_for_each_kind_of_layer_in_old_and_new_files()
    {
        var older = Parse("gemma3_text", """ "rope_local_base_freq": 9000.0, "rope_scaling": { "rope_type": "linear", "factor": 8.0 } """);
        var newer = Parse("gemma3_text", """
            "rope_parameters": { "full_attention": { "rope_type": "linear", "factor": 8.0, "rope_theta": 1000000.0 }, "sliding_attention": { "rope_type": "default", "rope_theta": 9000.0 } }
            """);

        older.Should().BeEquivalentTo(newer);
        older.Rope(sliding: true).Should().Be(new RopeSettings(9000, RopeScaling.Unscaled));
        older.Rope(sliding: false).Should().Be(new RopeSettings(1000000, new RopeScaling { Kind = RopeScalingKind.Linear, Factor = 8 }));
        older.Spans.Take(7).Count(span => span == AttentionSpan.Full).Should().Be(1);
    }

    [Theory]
    [InlineData("gelu", ActivationKind.GeluTanh)]
    [InlineData("gelu_pytorch_tanh", ActivationKind.GeluTanh)]
    public void Gemmas_activation_is_the_approximate_one_whatever_the_older_field_says(string older, ActivationKind expected)
    {
        Parse("gemma", $$""" "hidden_act": "{{older}}" """).Activation.Should().Be(expected);
        Parse("gemma", """ "hidden_act": "gelu_pytorch_tanh", "hidden_activation": "gelu" """).Activation.Should().Be(ActivationKind.Gelu);
    }

    [Theory]
    [InlineData("su")]
    [InlineData("yarn")]
    [InlineData("longrope")]
    public void LongRope_is_known_by_its_early_names(string name)
    {
        var factors = string.Join(", ", Enumerable.Repeat("1.5", 48));
        var config = Parse("phi3", $$""" "max_position_embeddings": 131072, "original_max_position_embeddings": 4096, "rope_scaling": { "type": "{{name}}", "short_factor": [{{factors}}], "long_factor": [{{factors}}] } """);

        config.RopeScaling.Kind.Should().Be(RopeScalingKind.LongRope);
        config.RopeScaling.AttentionFactor.Should().BeApproximately(Math.Sqrt(1 + Math.Log(32) / Math.Log(4096)), 1e-12);
    }

    [Theory]
    [InlineData("phi3", """ "rope_scaling": { "type": "longrope", "short_factor": [1.0], "long_factor": [1.0, 2.0] } """, "config.json: the rotary scaling has 1 short factors for 48 frequencies; the rotary scaling has 2 long factors for 48 frequencies.")]
    [InlineData("qwen2", """ "use_sliding_window": true, "layer_types": ["full_attention"] """, "config.json: layer_types has 1 entries for 32 layers.")]
    [InlineData("gemma2", """ "layer_types": ["linear_attention"] """, "config.json: field 'layer_types' is [\"linear_attention\"]; a list of full_attention and sliding_attention is expected.")]
    [InlineData("olmo2", """ "clip_qkv": 8.0 """, "config.json: field 'clip_qkv' is 8.0, which is not implemented for olmo2 models; without it the results would be wrong.")]
    [InlineData("gemma", """ "sliding_window": 4096 """, "config.json: field 'sliding_window' is 4096, which is not implemented for gemma models; without it the results would be wrong.")]
    [InlineData("gpt2", """ "add_cross_attention": true """, "config.json: field 'add_cross_attention' is true, which is not implemented for gpt2 models; without it the results would be wrong.")]
    [InlineData("gemma3_text", """ "use_bidirectional_attention": true """, "config.json: field 'use_bidirectional_attention' is true, which is not implemented for gemma3_text models; without it the results would be wrong.")]
    [InlineData("mistral", """ "rope_parameters": { "full_attention": {} } """, "config.json: rope_parameters: field 'full_attention' is {}, which is not implemented; without it the results would be wrong.")]
    [InlineData("gpt2", """ "n_embd": 50 """, "config.json: n_embd 50 is not a multiple of n_head 12.")]
    [InlineData("smollm3", """ "no_rope_layers": [1, 0] """, "config.json: no_rope_layers has 2 entries for 36 layers.")]
    public void What_is_wrong_or_not_implemented_is_named(string family, string fields, string message) =>
        FluentActions.Invoking(() => Parse(family, fields)).Should().Throw<LanguageModelFormatException>().WithMessage(message);

    private static DecoderConfig Parse(string family, string fields = "") =>
        DecoderConfig.Parse($$"""{ "model_type": "{{family}}"{{(fields.Length > 0 ? "," : "")}} {{fields}} }""", "config.json");
}
