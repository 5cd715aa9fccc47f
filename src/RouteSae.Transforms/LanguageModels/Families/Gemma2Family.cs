namespace RouteSae.LanguageModels.Families;

/// <summary>Gemma 2: norms before and after each block, soft caps, a window in every other layer, a scale of its own.</summary>
internal static class Gemma2Family
{
    public static DecoderFamily Gemma2 { get; } = new("gemma2", Read, (prefix, _) => Sandwich(TensorNames.Llama(prefix)), "model.", "");

    /// <summary>The names of the four norms.</summary>
    public static TensorNames Sandwich(TensorNames names) => names with
    {
        AttentionOutputNorm = "post_attention_layernorm",
        FeedForwardNorm = "pre_feedforward_layernorm",
        FeedForwardOutputNorm = "post_feedforward_layernorm",
    };

    /// <summary>What Gemma 2 and 3 share.</summary>
    public static DecoderConfig ReadCommon(ConfigFields fields, string modelType, FamilyDefaults defaults, double? attentionCap, double? logitCap) =>
        GemmaFamily.ReadCommon(fields, modelType, defaults) with
        {
            Arrangement = LayerArrangement.Sandwich,
            AttentionScale = Math.Pow(fields.Number("query_pre_attn_scalar", 256), -0.5),
            AttentionSoftCap = fields.NumberOrNull("attn_logit_softcapping", attentionCap),
            LogitSoftCap = fields.NumberOrNull("final_logit_softcapping", logitCap),
        };

    private static DecoderConfig Read(ConfigFields fields)
    {
        UnsupportedFields.Refuse(fields, "gemma2", "sliding_window", "layer_types", "attn_logit_softcapping", "final_logit_softcapping");
        var defaults = new FamilyDefaults
        {
            HiddenSize = 2304, IntermediateSize = 9216, Layers = 26, Heads = 8, KeyValueHeads = 4, HeadSize = 256, Vocabulary = 256000,
            MaxPositions = 8192, Tied = true, EndOfSequence = 1, Padding = 0,
        };
        var config = ReadCommon(fields, "gemma2", defaults, attentionCap: 50, logitCap: 30);
        return config.WithRope(fields, 10000).WithWindow(
            fields.PositiveOrNull("sliding_window", 4096), fields.SlidingLayers(config.LayerCount, layer => layer % 2 == 0));
    }
}
