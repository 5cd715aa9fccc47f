using System.Text.Json.Nodes;

namespace RouteSae.Tests.LanguageModels.Families;

/// <summary>Small configurations of every family and of the options that no golden file has.</summary>
internal static class FamilyConfigs
{
    private const string Sizes = """ "hidden_size": 24, "intermediate_size": 40, "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 61, "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "eos_token_id": null """;
    private const string Uniform = """ "hidden_size": 32, "intermediate_size": 40, "num_hidden_layers": 3, "num_attention_heads": 4, "vocab_size": 61, "max_position_embeddings": 64, "eos_token_id": null """;
    private const string Even = """ "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 32, "vocab_size": 61, "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "eos_token_id": null """;
    private const string Gemma2 = """ "head_dim": 10, "query_pre_attn_scalar": 7, "sliding_window": 5, "rope_theta": 10000.0, "hidden_activation": "gelu_pytorch_tanh" """;
    private const string Gemma3 = """ "head_dim": 10, "query_pre_attn_scalar": 14, "sliding_window": 4, "sliding_window_pattern": 3, "rope_theta": 1000000.0, "rope_local_base_freq": 10000.0 """;
    private const string LongRope = """ "original_max_position_embeddings": 16, "rope_scaling": { "type": "longrope", "short_factor": [1.0, 1.1, 1.2], "long_factor": [2.0, 3.5, 5.0] } """;

    public static IReadOnlyDictionary<string, Func<JsonObject>> All { get; } = new Dictionary<string, Func<JsonObject>>
    {
        ["llama with all biases"] = () => Json("llama", Sizes, """ "attention_bias": true, "mlp_bias": true """),
        ["llama, dynamic, below its limit"] = () => Json("llama", Sizes, """ "rope_scaling": { "type": "dynamic", "factor": 2.0 } """),
        ["llama, dynamic, beyond its limit"] = () => Json("llama", Sizes, """ "max_position_embeddings": 8, "rope_scaling": { "rope_type": "dynamic", "factor": 2.0 } """),
        ["llama, yarn"] = () => Json("llama", Sizes, """ "head_dim": 16, "rope_scaling": { "rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 512 } """),
        ["llama, llama3"] = () => Json("llama", Sizes, """ "head_dim": 16, "rope_scaling": { "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 128 } """),
        ["llama, tied, linear"] = () => Json("llama", Sizes, """ "tie_word_embeddings": true, "rope_scaling": { "type": "linear", "factor": 2.5 } """),
        ["mistral without a window"] = () => Json("mistral", Sizes, """ "sliding_window": null, "head_dim": 8 """),
        ["mistral with a window"] = () => Json("mistral", Sizes, """ "sliding_window": 4 """),
        ["qwen2 with windows in its upper layers"] = () => Json("qwen2", Sizes, """ "use_sliding_window": true, "sliding_window": 5, "max_window_layers": 2 """),
        ["qwen2 with listed windows"] = () => Json("qwen2", Sizes, """ "use_sliding_window": true, "sliding_window": 5, "layer_types": ["sliding_attention", "full_attention", "sliding_attention", "full_attention"] """),
        ["qwen2 that does not use its window"] = () => Json("qwen2", Sizes, """ "use_sliding_window": false, "sliding_window": 5, "max_window_layers": 0 """),
        ["qwen3"] = () => Json("qwen3", Sizes, """ "head_dim": 8, "rope_theta": 1000000.0 """),
        ["qwen3 with biases, tied"] = () => Json("qwen3", Sizes, """ "head_dim": 8, "attention_bias": true, "tie_word_embeddings": true """),
        ["smollm3"] = () => Json("smollm3", Sizes, """ "mlp_bias": false """),
        ["smollm3 with listed layers, untied"] = () => Json("smollm3", Sizes, """ "no_rope_layers": [0, 1, 1, 0], "tie_word_embeddings": false, "attention_bias": true """),
        ["olmo"] = () => Json("olmo", Sizes, """ "attention_bias": false """),
        ["olmo, clipped"] = () => Json("olmo", Sizes, """ "clip_qkv": 0.7 """),
        ["olmo2"] = () => Json("olmo2", Sizes, """ "rope_theta": 500000 """),
        ["phi3, partly rotated, long"] = () => Json("phi3", Sizes, """ "head_dim": 8, "partial_rotary_factor": 0.75, "tie_word_embeddings": true """, LongRope),
        ["phi3, partly rotated, short"] = () => Json("phi3", Sizes, """ "head_dim": 8, "partial_rotary_factor": 0.75, "sliding_window": 7 """, LongRope),
        ["gemma"] = () => Json("gemma", Sizes, """ "head_dim": 10, "rope_theta": 10000.0, "hidden_act": "gelu" """),
        ["gemma2"] = () => Json("gemma2", Sizes, Gemma2, """ "attn_logit_softcapping": 4.0, "final_logit_softcapping": 3.0 """),
        ["gemma2 without caps"] = () => Json("gemma2", Sizes, Gemma2, """ "attn_logit_softcapping": null, "final_logit_softcapping": null """),
        ["gemma3_text"] = () => Json("gemma3_text", Sizes, Gemma3, """ "rope_scaling": { "rope_type": "linear", "factor": 8.0 } """),
        ["gemma3_text with listed layers"] = () => Json("gemma3_text", Sizes, Gemma3, """ "layer_types": ["full_attention", "sliding_attention", "sliding_attention", "full_attention"] """),
        ["gemma3 with images"] = () => new JsonObject { ["model_type"] = "gemma3", ["eos_token_id"] = null, ["text_config"] = Json("gemma3_text", Sizes, Gemma3), ["vision_config"] = new JsonObject() },
        ["phi with normed heads"] = () => Json("phi", Uniform, """ "layer_norm_eps": 1e-5, "partial_rotary_factor": 0.5, "qk_layernorm": true """),
        ["phi with fewer keys"] = () => Json("phi", Uniform, """ "num_key_value_heads": 2, "layer_norm_eps": 1e-5, "partial_rotary_factor": 0.75 """),
        ["gpt_neox, sequential"] = () => Json("gpt_neox", Uniform, """ "use_parallel_residual": false, "layer_norm_eps": 1e-5, "rotary_pct": 0.5, "rotary_emb_base": 5000, "hidden_act": "gelu" """),
        ["gpt_neox without biases"] = () => Json("gpt_neox", Uniform, """ "attention_bias": false, "layer_norm_eps": 1e-5, "rotary_pct": 1.0, "rotary_emb_base": 10000, "hidden_act": "relu", "rope_scaling": { "type": "linear", "factor": 2.0 } """),
        ["qwen3 that suits the kernels"] = () => Json("qwen3", Even, """ "rope_theta": 1000000.0 """),
        ["mistral that suits the kernels"] = () => Json("mistral", Even, """ "sliding_window": 32 """),
        ["mistral with a window that suits the kernels"] = () => Json("mistral", Even, """ "sliding_window": 9 """),
        ["olmo2 that suits the kernels"] = () => Json("olmo2", Even, """ "hidden_size": 128 """),
        ["gemma that suits the kernels"] = () => Json("gemma", Even, """ "rope_theta": 10000.0 """),
        ["gemma3_text that suits the kernels"] = () => Json("gemma3_text", Even, Gemma3, """ "head_dim": 32, "query_pre_attn_scalar": 32 """),
        ["llama, yarn, that suits the kernels"] = () => Json("llama", Even, """ "rope_scaling": { "rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 512 } """),
        ["gpt2"] = () => Json("gpt2", Uniform, """ "n_positions": 40, "layer_norm_epsilon": 1e-5 """),
        ["gpt2 with scales by layer"] = () => Json("gpt2", Uniform, """ "n_positions": 40, "layer_norm_epsilon": 1e-5, "scale_attn_by_inverse_layer_idx": true, "activation_function": "quick_gelu" """),
        ["gpt2 without a scale, bare, untied"] = () => Json("gpt2", Uniform, """ "n_positions": 40, "layer_norm_epsilon": 1e-5, "scale_attn_weights": false, "activation_function": "gelu", "tie_word_embeddings": false, "bare": true """),
    };

    /// <summary>A sequence long enough for windows and stretched positions; one case stays below.</summary>
    public static long[] Ids(string name)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, name.EndsWith("short", StringComparison.Ordinal) ? 12 : 20).Select(_ => (long)random.Next(61))];
    }

    private static JsonObject Json(string modelType, params string[] parts)
    {
        var config = new JsonObject { ["model_type"] = modelType };
        foreach (var (field, value) in parts.SelectMany(part => JsonNode.Parse("{" + part + "}")!.AsObject()))
            config[field] = value?.DeepClone();
        return config;
    }
}
