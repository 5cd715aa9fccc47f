namespace RouteSae.LanguageModels.Families;

/// <summary>Phi-1 to 2: attention and feed-forward side by side behind one norm, biases everywhere, partly rotated heads.</summary>
internal static class PhiFamily
{
    public static DecoderFamily Phi { get; } = new("phi", Read, Names, "model.", "");

    private static TensorNames Names(string prefix, DecoderConfig config) => TensorNames.Llama(prefix) with
    {
        FinalNorm = prefix + "final_layernorm",
        AttentionOutput = "self_attn.dense",
        QueryNorm = "self_attn.q_layernorm",
        KeyNorm = "self_attn.k_layernorm",
        FeedForwardNorm = null,
        GateUp = ["mlp.fc1"],
        Down = "mlp.fc2",
    };

    private static DecoderConfig Read(ConfigFields fields)
    {
        UnsupportedFields.Refuse(fields, "phi", "partial_rotary_factor", "qk_layernorm");
        var defaults = new FamilyDefaults
        {
            HiddenSize = 2048, IntermediateSize = 8192, Layers = 24, Heads = 32, Vocabulary = 51200, MaxPositions = 2048, EndOfSequence = 2,
        };
        var config = CommonFields.Read(fields, "phi", defaults);
        var fraction = new RotaryFields(fields, config.MaxPositions).Fraction(0.5, "partial_rotary_factor");
        return (config with
        {
            Arrangement = LayerArrangement.ParallelOneNorm,
            Norm = NormKind.Layer,
            NormEpsilon = fields.Number("layer_norm_eps", 1e-5),
            GatedFeedForward = false,
            Activation = ActivationNames.Read(fields, "hidden_act", "gelu_new"),
            AttentionBias = true,
            AttentionOutputBias = true,
            FeedForwardBias = true,
            HeadBias = true,
            QueryKeyNorm = fields.Flag("qk_layernorm", false) ? QueryKeyNorm.PerHead : QueryKeyNorm.None,
            RotarySize = (int)(config.HeadSize * fraction),
        }).WithRope(fields, 10000);
    }
}
