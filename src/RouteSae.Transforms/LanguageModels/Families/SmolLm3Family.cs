namespace RouteSae.LanguageModels.Families;

/// <summary>SmolLM 3: a Llama in which some layers do not rotate.</summary>
internal static class SmolLm3Family
{
    public static DecoderFamily SmolLm3 { get; } = new("smollm3", Read, (prefix, _) => TensorNames.Llama(prefix), "model.", "");

    private static DecoderConfig Read(ConfigFields fields)
    {
        UnsupportedFields.Refuse(fields, "smollm3", "sliding_window", "layer_types", "no_rope_layers");
        var defaults = new FamilyDefaults
        {
            HiddenSize = 2048, IntermediateSize = 11008, Layers = 36, Heads = 16, KeyValueHeads = 4, Vocabulary = 128256, MaxPositions = 32768,
            Tied = true, EndOfSequence = 128001, Padding = 128004,
        };
        var config = CommonFields.Read(fields, "smollm3", defaults);
        var bias = fields.Flag("attention_bias", false);
        var rotated = RotatedLayers(fields, config.LayerCount);
        var window = fields.Flag("use_sliding_window", false) ? fields.PositiveOrNull("sliding_window", null) : null;
        return (config with
        {
            Activation = ActivationNames.Read(fields, "hidden_act", "silu"),
            AttentionBias = bias,
            AttentionOutputBias = bias,
            FeedForwardBias = fields.Flag("mlp_bias", false),
            RotatedLayers = rotated,
        }).WithRope(fields, 2000000).WithWindow(window, fields.SlidingLayers(config.LayerCount, layer => !rotated[layer]));
    }

    /// <summary>The field's name misleads: 1 means that the layer rotates.</summary>
    private static bool[] RotatedLayers(ConfigFields fields, int layers)
    {
        if (fields.TokenIds("no_rope_layers") is { } listed)
        {
            return listed.Count >= layers
                ? [.. listed.Take(layers).Select(rotates => rotates != 0)]
                : throw new LanguageModelFormatException($"{fields.Name}: no_rope_layers has {listed.Count} entries for {layers} layers.");
        }

        var interval = fields.Positive("no_rope_layer_interval", 4);
        return [.. Enumerable.Range(1, layers).Select(number => number % interval != 0)];
    }
}
