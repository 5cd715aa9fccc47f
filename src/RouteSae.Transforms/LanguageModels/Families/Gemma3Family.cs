namespace RouteSae.LanguageModels.Families;

/// <summary>
/// Gemma 3: Gemma 2 without soft caps, with normalised heads of queries and keys, one full layer in six, and other rotary
/// frequencies in the layers with a window. Of a model that also reads images, the part that reads text.
/// </summary>
internal static class Gemma3Family
{
    public static DecoderFamily Text { get; } = new("gemma3_text", fields => Read(fields, "gemma3_text"), Names, "model.", "");

    public static DecoderFamily WithImages { get; } = new(
        "gemma3", ReadTextPart, Names, "language_model.model.", "model.language_model.", "language_model.", "model.");

    private static TensorNames Names(string prefix, DecoderConfig config)
    {
        var names = Gemma2Family.Sandwich(TensorNames.Llama(prefix));
        return prefix == "language_model.model." ? names with { Head = "language_model.lm_head" } : names;
    }

    private static DecoderConfig ReadTextPart(ConfigFields fields)
    {
        UnsupportedFields.Refuse(fields, "gemma3");
        var config = Read(fields.Object("text_config") ?? ConfigFields.Empty($"{fields.Name}: text_config"), "gemma3");
        return config with
        {
            TiedEmbeddings = fields.Flag("tie_word_embeddings", config.TiedEmbeddings),
            EndOfSequence = fields.TokenIds("eos_token_id") ?? config.EndOfSequence,
            Padding = fields.TokenIdOrNull("pad_token_id", config.VocabularySize) ?? config.Padding,
        };
    }

    private static DecoderConfig Read(ConfigFields fields, string modelType)
    {
        UnsupportedFields.Refuse(fields, modelType, "sliding_window", "layer_types", "attn_logit_softcapping", "final_logit_softcapping");
        var defaults = new FamilyDefaults
        {
            HiddenSize = 2304, IntermediateSize = 9216, Layers = 26, Heads = 8, KeyValueHeads = 4, HeadSize = 256, Vocabulary = 262208,
            MaxPositions = 131072, Tied = true, EndOfSequence = 1, Padding = 0,
        };
        var config = Gemma2Family.ReadCommon(fields, modelType, defaults, attentionCap: null, logitCap: null);
        var rotary = new RotaryFields(fields, config.MaxPositions);
        var full = rotary.Read("full_attention", fields.Number("rope_theta", 1000000), fields.Object("rope_scaling"));
        var local = rotary.Read("sliding_attention", fields.Number("rope_local_base_freq", 10000), scaling: null);
        var pattern = fields.Positive("sliding_window_pattern", fields.Positive("_sliding_window_pattern", 6));
        return (config with { QueryKeyNorm = QueryKeyNorm.PerHead, RopeTheta = full.Theta, RopeScaling = full.Scaling, SlidingRope = local })
            .WithWindow(
                fields.PositiveOrNull("sliding_window", 4096),
                fields.SlidingLayers(config.LayerCount, layer => (layer + 1) % pattern != 0));
    }
}
