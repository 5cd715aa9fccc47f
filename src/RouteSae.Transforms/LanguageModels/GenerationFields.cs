using System.Text.Json;

namespace RouteSae.LanguageModels;

/// <summary>What <c>generation_config.json</c>, or without it config.json, says of how texts are continued.</summary>
internal static class GenerationFields
{
    /// <summary>Rules that change the choice of a token even where nothing is sampled, and what makes each harmless.</summary>
    private static readonly (string Field, double Harmless)[] s_unsupported =
    [
        ("no_repeat_ngram_size", 0), ("encoder_repetition_penalty", 1), ("encoder_no_repeat_ngram_size", 0), ("bad_words_ids", 0), ("force_words_ids", 0),
        ("min_length", 0), ("min_new_tokens", 0), ("forced_bos_token_id", double.NaN), ("forced_eos_token_id", double.NaN), ("suppress_tokens", 0), ("begin_suppress_tokens", 0),
        ("sequence_bias", 0), ("exponential_decay_length_penalty", 0), ("num_beams", 1), ("penalty_alpha", 0), ("guidance_scale", 1),
    ];

    /// <summary>A file's ids count, and where it names none, the first end of a text pads; of the ends of a text config.json's stay where it names none.</summary>
    public static DecoderConfig ReadFile(DecoderConfig config, ConfigFields fields) => Read(config, fields) with
    {
        EndOfSequence = fields.TokenIds("eos_token_id") ?? config.EndOfSequence,
        Padding = fields.TokenIdOrNull("pad_token_id", config.VocabularySize),
    };

    /// <summary>The rules alone.</summary>
    public static DecoderConfig Read(DecoderConfig config, ConfigFields fields) => config with
    {
        RepetitionPenalty = fields.Number("repetition_penalty", 1),
        UnsupportedGeneration = [.. s_unsupported.Where(rule => IsActive(fields.Find(rule.Field), rule.Harmless)).Select(rule => rule.Field)],
    };

    private static bool IsActive(JsonElement? value, double harmless) => value switch
    {
        null or { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.Number } number => number.GetDouble() != harmless,
        { ValueKind: JsonValueKind.Array } list => list.GetArrayLength() > 0,
        _ => true,
    };
}
