using System.Text.Json;

namespace RouteSae.LanguageModels;

/// <summary>
/// Refuses fields that change what a model computes and are not implemented: reading past them would give wrong numbers
/// without a word.
/// </summary>
internal static class UnsupportedFields
{
    // Harmless when missing, null, false, 0 or empty.
    private static readonly string[] s_switches =
    [
        "sliding_window", "quantization_config", "add_cross_attention", "is_encoder_decoder", "attn_logit_softcapping",
        "final_logit_softcapping", "clip_qkv", "use_qk_norm", "qk_layernorm", "no_rope_layers", "num_experts", "num_local_experts",
    ];

    // Harmless when 1.
    private static readonly string[] s_factors =
    [
        "pretraining_tp", "partial_rotary_factor", "logit_scale", "logits_scaling", "embedding_multiplier", "residual_multiplier",
    ];

    public static void Refuse(ConfigFields fields, string family)
    {
        foreach (var field in s_switches)
            Refuse(fields, field, family, IsOff);
        foreach (var field in s_factors)
            Refuse(fields, field, family, IsOne);
        Refuse(fields, "layer_types", family, IsFullAttention);
    }

    public static void RefusePartialRotation(ConfigFields rotary) => Refuse(rotary, "partial_rotary_factor", null, IsOne);

    /// <summary>Rotary parameters a kind of layer, instead of the same for all.</summary>
    public static void RefuseLayerTypes(ConfigFields rotary)
    {
        foreach (var field in new[] { "full_attention", "sliding_attention", "chunked_attention" })
            Refuse(rotary, field, null, _ => false);
    }

    private static void Refuse(ConfigFields fields, string field, string? family, Func<JsonElement, bool> isHarmless)
    {
        if (fields.Find(field) is { } value && !isHarmless(value))
        {
            throw new LanguageModelFormatException(
                $"{fields.Name}: field '{field}' is {ConfigFields.Shown(value)}, which is not implemented{(family is null ? "" : $" for {family} models")}; without it the results would be wrong.");
        }
    }

    private static bool IsOff(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.False => true,
        JsonValueKind.Number => value.GetDouble() == 0,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        _ => false,
    };

    private static bool IsOne(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.GetDouble() == 1;

    private static bool IsFullAttention(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array
        && value.EnumerateArray().All(kind => kind.ValueKind == JsonValueKind.String && kind.GetString() == "full_attention");
}
