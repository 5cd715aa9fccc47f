namespace RouteSae.LanguageModels.Families;

/// <summary>OLMo: a Llama with norms that have no weights; and OLMo 2: norms behind the blocks, queries and keys normalised whole.</summary>
internal static class OlmoFamily
{
    public static DecoderFamily Olmo { get; } = new("olmo", ReadOlmo, (prefix, _) => TensorNames.Llama(prefix), "model.", "");

    public static DecoderFamily Olmo2 { get; } = new("olmo2", ReadOlmo2, Names2, "model.", "");

    private static TensorNames Names2(string prefix, DecoderConfig config) => TensorNames.Llama(prefix) with
    {
        AttentionNorm = null,
        AttentionOutputNorm = "post_attention_layernorm",
        FeedForwardNorm = null,
        FeedForwardOutputNorm = "post_feedforward_layernorm",
    };

    private static DecoderConfig ReadOlmo(ConfigFields fields)
    {
        UnsupportedFields.Refuse(fields, "olmo", "clip_qkv");
        return Read(fields, "olmo") with
        {
            Norm = NormKind.PlainLayer, NormEpsilon = 1e-5, ProjectionClip = fields.NumberOrNull("clip_qkv", null),
        };
    }

    private static DecoderConfig ReadOlmo2(ConfigFields fields)
    {
        UnsupportedFields.Refuse(fields, "olmo2");
        return Read(fields, "olmo2") with { Arrangement = LayerArrangement.PostNorm, QueryKeyNorm = QueryKeyNorm.WholeProjection };
    }

    private static DecoderConfig Read(ConfigFields fields, string modelType)
    {
        var defaults = new FamilyDefaults
        {
            HiddenSize = 4096, IntermediateSize = 11008, Layers = 32, Heads = 32, Vocabulary = 50304, MaxPositions = 2048, Epsilon = 1e-5,
            EndOfSequence = 50279, Padding = 1,
        };
        var config = CommonFields.Read(fields, modelType, defaults);
        var bias = fields.Flag("attention_bias", false);
        return (config with
        {
            Activation = ActivationNames.Read(fields, "hidden_act", "silu"),
            AttentionBias = bias,
            AttentionOutputBias = bias,
        }).WithRope(fields, 10000);
    }
}
