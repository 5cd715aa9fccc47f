namespace RouteSae.LanguageModels.Families;

/// <summary>Qwen 2, whose queries, keys and values have a bias, and Qwen 3, which normalises the heads of queries and keys instead.</summary>
internal static class QwenFamily
{
    public static DecoderFamily Qwen2 { get; } = new("qwen2", ReadQwen2, (prefix, _) => TensorNames.Llama(prefix), "model.", "");

    public static DecoderFamily Qwen3 { get; } = new("qwen3", ReadQwen3, (prefix, _) => TensorNames.Llama(prefix), "model.", "");

    private static DecoderConfig ReadQwen2(ConfigFields fields) =>
        Read(fields, "qwen2", headSize: null) with { AttentionBias = true };

    private static DecoderConfig ReadQwen3(ConfigFields fields)
    {
        var bias = fields.Flag("attention_bias", false);
        return Read(fields, "qwen3", headSize: 128) with
        {
            QueryKeyNorm = QueryKeyNorm.PerHead, AttentionBias = bias, AttentionOutputBias = bias,
        };
    }

    private static DecoderConfig Read(ConfigFields fields, string modelType, int? headSize)
    {
        UnsupportedFields.Refuse(fields, modelType, "sliding_window", "layer_types");
        var defaults = new FamilyDefaults
        {
            HiddenSize = 4096, IntermediateSize = 22016, Layers = 32, Heads = 32, KeyValueHeads = 32, HeadSize = headSize, Vocabulary = 151936,
            MaxPositions = 32768,
        };
        var config = CommonFields.Read(fields, modelType, defaults);
        var window = fields.Flag("use_sliding_window", false) ? fields.PositiveOrNull("sliding_window", 4096) : null;
        var first = fields.Count("max_window_layers", 28);
        return (config with { Activation = ActivationNames.Read(fields, "hidden_act", "silu") })
            .WithRope(fields, 10000)
            .WithWindow(window, fields.SlidingLayers(config.LayerCount, layer => layer >= first));
    }
}
