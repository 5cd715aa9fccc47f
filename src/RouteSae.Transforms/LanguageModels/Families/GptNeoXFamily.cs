namespace RouteSae.LanguageModels.Families;

/// <summary>GPT-NeoX and Pythia: layer norms, partly rotated heads, query, key and value stored head by head, usually parallel blocks.</summary>
internal static class GptNeoXFamily
{
    public static DecoderFamily GptNeoX { get; } = new("gpt_neox", Read, Names, "gpt_neox.", "");

    private static TensorNames Names(string prefix, DecoderConfig config) => new()
    {
        Embedding = prefix + "embed_in",
        FinalNorm = prefix + "final_layer_norm",
        Head = "embed_out",
        Layers = prefix + "layers.",
        AttentionNorm = "input_layernorm",
        QueryKeyValue = ["attention.query_key_value"],
        InterleavedHeads = true,
        AttentionOutput = "attention.dense",
        FeedForwardNorm = "post_attention_layernorm",
        GateUp = ["mlp.dense_h_to_4h"],
        Down = "mlp.dense_4h_to_h",
        Constants = ["attention.bias"],
    };

    private static DecoderConfig Read(ConfigFields fields)
    {
        UnsupportedFields.Refuse(fields, "gpt_neox", "partial_rotary_factor");
        var defaults = new FamilyDefaults
        {
            HiddenSize = 6144, IntermediateSize = 24576, Layers = 44, Heads = 64, Vocabulary = 50432, MaxPositions = 2048, EndOfSequence = 2,
        };
        var config = CommonFields.Read(fields, "gpt_neox", defaults);
        var bias = fields.Flag("attention_bias", true);
        var fraction = new RotaryFields(fields, config.MaxPositions).Fraction(0.25, "rotary_pct", "partial_rotary_factor");
        return (config with
        {
            KeyValueHeads = config.AttentionHeads,
            Arrangement = fields.Flag("use_parallel_residual", true) ? LayerArrangement.Parallel : LayerArrangement.Sequential,
            Norm = NormKind.Layer,
            NormEpsilon = fields.Number("layer_norm_eps", 1e-5),
            GatedFeedForward = false,
            Activation = ActivationNames.Read(fields, "hidden_act", "gelu"),
            AttentionBias = bias,
            AttentionOutputBias = bias,
            FeedForwardBias = true,
            RotarySize = (int)(config.HeadSize * fraction),
        }).WithRope(fields, 10000, "rotary_emb_base");
    }
}
