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
        "attention_multiplier", "use_bidirectional_attention",
    ];

    // Harmless when 1.
    private static readonly string[] s_factors =
    [
        "partial_rotary_factor", "logit_scale", "logits_scaling", "embedding_multiplier", "residual_multiplier",
    ];

    /// <summary>Refuses all but those that the family reads itself.</summary>
    public static void Refuse(ConfigFields fields, string family, params ReadOnlySpan<string> read)
    {
        foreach (var field in s_switches.Except(read.ToArray()).Where(field => field != "sliding_window" || fields.Flag("use_sliding_window", true)))
            Refuse(fields, field, family, IsOff);
        foreach (var field in s_factors.Except(read.ToArray()))
            Refuse(fields, field, family, IsOne);
        if (!read.Contains("layer_types"))
            Refuse(fields, "layer_types", family, IsFullAttention);
        if (!read.Contains("partial_rotary_factor") && fields.Object("rope_parameters") is { } rotary)
            Refuse(rotary, "partial_rotary_factor", null, IsOne);
    }

    /// <summary>Refuses a field, whatever it says.</summary>
    public static void RefusePresent(ConfigFields fields, string field) => Refuse(fields, field, null, _ => false);

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
