namespace RouteSae.LanguageModels;

/// <summary>Maps the fields of a Llama configuration.</summary>
internal static class LlamaConfigReader
{
    public static DecoderConfig Read(ConfigFields fields)
    {
        UnsupportedFields.Refuse(fields, "llama");
        var activation = fields.Text("hidden_act") ?? "silu";
        if (activation is not ("silu" or "swish"))
            throw new LanguageModelFormatException($"{fields.Name}: hidden_act '{activation}' is not supported for llama models. Known: silu.");

        var hidden = fields.Positive("hidden_size");
        var heads = fields.Positive("num_attention_heads");
        var rotary = RotaryFields.Read(fields);
        return new DecoderConfig
        {
            ModelType = "llama",
            HiddenSize = hidden,
            IntermediateSize = fields.Positive("intermediate_size"),
            LayerCount = fields.Positive("num_hidden_layers"),
            AttentionHeads = heads,
            KeyValueHeads = fields.Positive("num_key_value_heads", heads),
            HeadSize = HeadSize(fields, hidden, heads),
            VocabularySize = fields.Positive("vocab_size"),
            MaxPositions = fields.Positive("max_position_embeddings", 2048),
            NormEpsilon = fields.Number("rms_norm_eps", 1e-6),
            RopeTheta = rotary.Theta,
            RopeScaling = rotary.Scaling,
            TiedEmbeddings = fields.Flag("tie_word_embeddings", false),
            AttentionBias = fields.Flag("attention_bias", false),
            FeedForwardBias = fields.Flag("mlp_bias", false),
            EndOfSequence = fields.TokenIds("eos_token_id") ?? [],
        };
    }

    private static int HeadSize(ConfigFields fields, int hidden, int heads)
    {
        if (fields.Find("head_dim") is null && hidden % heads != 0)
            throw new LanguageModelFormatException($"{fields.Name}: hidden_size {hidden} is not a multiple of num_attention_heads {heads}, and there is no head_dim.");
        return fields.Positive("head_dim", hidden / heads);
    }
}
