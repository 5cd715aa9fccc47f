namespace RouteSae.LanguageModels.Families;

/// <summary>Gemma 1: embeddings scaled by √D, norm weights stored less 1, a feed-forward gated by GELU.</summary>
internal static class GemmaFamily
{
    public static DecoderFamily Gemma { get; } = new("gemma", Read, (prefix, _) => TensorNames.Llama(prefix), "model.", "");

    /// <summary>What all Gemmas share.</summary>
    public static DecoderConfig ReadCommon(ConfigFields fields, string modelType, FamilyDefaults defaults)
    {
        var config = CommonFields.Read(fields, modelType, defaults);
        var bias = fields.Flag("attention_bias", false);
        return config with
        {
            // hidden_act stood for the exact GELU by mistake; the field that counts came later.
            Activation = ActivationNames.Read(fields, "hidden_activation", "gelu_pytorch_tanh"),
            EmbeddingScale = Math.Sqrt(config.HiddenSize),
            NormWeightOffset = 1,
            AttentionBias = bias,
            AttentionOutputBias = bias,
        };
    }

    private static DecoderConfig Read(ConfigFields fields)
    {
        UnsupportedFields.Refuse(fields, "gemma");
        var defaults = new FamilyDefaults
        {
            HiddenSize = 3072, IntermediateSize = 24576, Layers = 28, Heads = 16, KeyValueHeads = 16, HeadSize = 256, Vocabulary = 256000,
            MaxPositions = 8192, Tied = true, EndOfSequence = 1, Padding = 0,
        };
        return ReadCommon(fields, "gemma", defaults).WithRope(fields, 10000);
    }
}
