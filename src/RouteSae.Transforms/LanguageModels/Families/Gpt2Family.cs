namespace RouteSae.LanguageModels.Families;

/// <summary>GPT-2: learned positions, layer norms, biases everywhere but in the head, matrices stored [inputs, outputs].</summary>
internal static class Gpt2Family
{
    public static DecoderFamily Gpt2 { get; } = new("gpt2", Read, Names, "transformer.", "");

    private static TensorNames Names(string prefix, DecoderConfig config) => new()
    {
        Embedding = prefix + "wte",
        Positions = prefix + "wpe",
        FinalNorm = prefix + "ln_f",
        Head = "lm_head",
        Layers = prefix + "h.",
        AttentionNorm = "ln_1",
        QueryKeyValue = ["attn.c_attn"],
        AttentionOutput = "attn.c_proj",
        FeedForwardNorm = "ln_2",
        GateUp = ["mlp.c_fc"],
        Down = "mlp.c_proj",
        Transposed = true,
        Constants = ["attn.bias"],
    };

    private static DecoderConfig Read(ConfigFields fields)
    {
        UnsupportedFields.Refuse(fields, "gpt2");
        int hidden = fields.Positive("n_embd", 768), heads = fields.Positive("n_head", 12), vocabulary = fields.Positive("vocab_size", 50257);
        if (hidden % heads != 0)
            throw new LanguageModelFormatException($"{fields.Name}: n_embd {hidden} is not a multiple of n_head {heads}.");
        return new DecoderConfig
        {
            ModelType = "gpt2",
            HiddenSize = hidden,
            IntermediateSize = fields.Positive("n_inner", 4 * hidden),
            LayerCount = fields.Layers("n_layer", 12),
            AttentionHeads = heads,
            KeyValueHeads = heads,
            HeadSize = hidden / heads,
            VocabularySize = vocabulary,
            MaxPositions = fields.Positive("n_positions", 1024),
            LearnedPositions = true,
            RotarySize = 0,
            Norm = NormKind.Layer,
            NormEpsilon = fields.Number("layer_norm_epsilon", 1e-5),
            GatedFeedForward = false,
            Activation = ActivationNames.Read(fields, "activation_function", "gelu_new"),
            FeedForwardBias = true,
            AttentionBias = true,
            AttentionOutputBias = true,
            AttentionScale = fields.Flag("scale_attn_weights", true) ? Math.Pow(hidden / heads, -0.5) : 1,
            AttentionScaleByLayer = fields.Flag("scale_attn_by_inverse_layer_idx", false),
            TiedEmbeddings = fields.Flag("tie_word_embeddings", true),
            EndOfSequence = CommonFields.EndOfSequence(fields, vocabulary, 50256),
            Padding = CommonFields.Padding(fields, vocabulary, null),
        };
    }
}
