namespace RouteSae.LanguageModels.Families;

/// <summary>Llama, and Mistral, which adds a window.</summary>
internal static class LlamaFamily
{
    /// <summary>All layers see everything.</summary>
    public static DecoderFamily Llama { get; } = new("llama", ReadLlama, (prefix, _) => TensorNames.Llama(prefix), "model.", "");

    /// <summary>All layers have the window, if there is one.</summary>
    public static DecoderFamily Mistral { get; } = new("mistral", ReadMistral, (prefix, _) => TensorNames.Llama(prefix), "model.", "");

    /// <exception cref="NotSupportedException">It is another model than a Llama.</exception>
    public static void ThrowIfOther(DecoderConfig config)
    {
        var llama = new DecoderConfig
        {
            ModelType = Llama.ModelType,
            HiddenSize = config.HiddenSize,
            IntermediateSize = config.IntermediateSize,
            LayerCount = config.LayerCount,
            AttentionHeads = config.AttentionHeads,
            KeyValueHeads = config.KeyValueHeads,
            HeadSize = config.HeadSize,
            VocabularySize = config.VocabularySize,
            MaxPositions = config.MaxPositions,
            NormEpsilon = config.NormEpsilon,
            RopeTheta = config.RopeTheta,
            RopeScaling = config.RopeScaling,
            TiedEmbeddings = config.TiedEmbeddings,
            AttentionBias = config.AttentionBias,
            AttentionOutputBias = config.AttentionBias,
            FeedForwardBias = config.FeedForwardBias,
            EndOfSequence = config.EndOfSequence,
            Padding = config.Padding,
            RepetitionPenalty = config.RepetitionPenalty,
            UnsupportedGeneration = config.UnsupportedGeneration,
        };
        if (llama != config)
            throw new NotSupportedException($"Only what a plain llama configuration can say is created and written, and this {config.ModelType} model computes something else. Use the checkpoint that it was read from.");
    }

    private static DecoderConfig ReadLlama(ConfigFields fields)
    {
        UnsupportedFields.Refuse(fields, "llama");
        var bias = fields.Flag("attention_bias", false);
        var config = CommonFields.Read(fields, "llama", new FamilyDefaults { MaxPositions = 2048, EndOfSequence = 2 });
        return (config with
        {
            Activation = ActivationNames.Read(fields, "hidden_act", "silu"),
            AttentionBias = bias,
            AttentionOutputBias = bias,
            FeedForwardBias = fields.Flag("mlp_bias", false),
        }).WithRope(fields, 10000);
    }

    private static DecoderConfig ReadMistral(ConfigFields fields)
    {
        UnsupportedFields.Refuse(fields, "mistral", "sliding_window");
        var defaults = new FamilyDefaults
        {
            HiddenSize = 4096, IntermediateSize = 14336, Layers = 32, Heads = 32, KeyValueHeads = 8, Vocabulary = 32000,
            MaxPositions = 131072, EndOfSequence = 2,
        };
        var config = CommonFields.Read(fields, "mistral", defaults);
        return (config with { Activation = ActivationNames.Read(fields, "hidden_act", "silu") })
            .WithRope(fields, 10000)
            .WithWindow(fields.PositiveOrNull("sliding_window", 4096), _ => true);
    }
}
