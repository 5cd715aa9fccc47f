namespace RouteSae.LanguageModels.Families;

/// <summary>Maps the fields that most families name alike; a family changes what is different.</summary>
internal static class CommonFields
{
    public static DecoderConfig Read(ConfigFields fields, string modelType, FamilyDefaults defaults)
    {
        var hidden = fields.Positive("hidden_size", defaults.HiddenSize);
        var heads = fields.Positive("num_attention_heads", defaults.Heads);
        var positions = fields.Positive("max_position_embeddings", defaults.MaxPositions);
        var vocabulary = fields.Positive("vocab_size", defaults.Vocabulary);
        return new DecoderConfig
        {
            ModelType = modelType,
            HiddenSize = hidden,
            IntermediateSize = fields.Positive("intermediate_size", defaults.IntermediateSize),
            LayerCount = fields.Layers("num_hidden_layers", defaults.Layers),
            AttentionHeads = heads,
            KeyValueHeads = fields.PositiveOrNull("num_key_value_heads", defaults.KeyValueHeads) ?? heads,
            HeadSize = HeadSize(fields, hidden, heads, defaults.HeadSize),
            VocabularySize = vocabulary,
            MaxPositions = positions,
            NormEpsilon = fields.Number("rms_norm_eps", defaults.Epsilon),
            TiedEmbeddings = fields.Flag("tie_word_embeddings", defaults.Tied),
            EndOfSequence = EndOfSequence(fields, vocabulary, defaults.EndOfSequence),
            Padding = Padding(fields, vocabulary, defaults.Padding),
        };
    }

    /// <summary>With the rotary frequencies that all layers share.</summary>
    public static DecoderConfig WithRope(this DecoderConfig config, ConfigFields fields, double theta, string thetaField = "rope_theta")
    {
        var rope = new RotaryFields(fields, config.MaxPositions).Read(theta, thetaField);
        return config with { RopeTheta = rope.Theta, RopeScaling = rope.Scaling };
    }

    /// <summary>With a window in some layers, if there are such layers and the window has a size.</summary>
    public static DecoderConfig WithWindow(this DecoderConfig config, int? window, Func<int, bool> isSliding)
    {
        AttentionSpan[] spans = [.. Enumerable.Range(0, config.LayerCount).Select(layer => isSliding(layer) ? AttentionSpan.Sliding : AttentionSpan.Full)];
        return window is null || !spans.Contains(AttentionSpan.Sliding) ? config : config with { SlidingWindow = window, Spans = spans };
    }

    /// <summary>Which layers have a window: as <c>layer_types</c> says, or else a rule.</summary>
    public static Func<int, bool> SlidingLayers(this ConfigFields fields, int layers, Func<int, bool> rule)
    {
        if (fields.Texts("layer_types", "full_attention", "sliding_attention") is not { } kinds)
            return rule;
        if (kinds.Count != layers)
            throw new LanguageModelFormatException($"{fields.Name}: layer_types has {kinds.Count} entries for {layers} layers.");
        return layer => kinds[layer] == "sliding_attention";
    }

    public static IReadOnlyList<int> EndOfSequence(ConfigFields fields, int vocabulary, int? fallback) =>
        fields.TokenIds("eos_token_id") ?? (!fields.Has("eos_token_id") && fallback < vocabulary ? [fallback.Value] : []);

    /// <summary>Null where the field is; older Llamas have −1 there, which means the same.</summary>
    public static int? Padding(ConfigFields fields, int vocabulary, int? fallback) =>
        fields.Has("pad_token_id") ? fields.TokenIdOrNull("pad_token_id", vocabulary) : fallback < vocabulary ? fallback : null;

    private static int HeadSize(ConfigFields fields, int hidden, int heads, int? fallback)
    {
        if (fields.PositiveOrNull("head_dim", fallback) is { } size)
            return size;
        return hidden % heads == 0
            ? hidden / heads
            : throw new LanguageModelFormatException($"{fields.Name}: hidden_size {hidden} is not a multiple of num_attention_heads {heads}, and there is no head_dim.");
    }
}
