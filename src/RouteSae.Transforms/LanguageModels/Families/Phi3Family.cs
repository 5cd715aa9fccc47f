namespace RouteSae.LanguageModels.Families;

/// <summary>Phi-3 and 4: a Llama with joint projections, LongRoPE, and sometimes a window or partly rotated heads.</summary>
internal static class Phi3Family
{
    public static DecoderFamily Phi3 { get; } = new(
        "phi3", Read,
        (prefix, _) => TensorNames.Llama(prefix) with { QueryKeyValue = ["self_attn.qkv_proj"], GateUp = ["mlp.gate_up_proj"] },
        "model.", "");

    private static DecoderConfig Read(ConfigFields fields)
    {
        UnsupportedFields.Refuse(fields, "phi3", "sliding_window", "partial_rotary_factor");
        var defaults = new FamilyDefaults
        {
            HiddenSize = 3072, IntermediateSize = 8192, Layers = 32, Heads = 32, Vocabulary = 32064, MaxPositions = 4096, Epsilon = 1e-5,
            EndOfSequence = 32000, Padding = 32000,
        };
        var config = CommonFields.Read(fields, "phi3", defaults);
        var rotary = new RotaryFields(fields, config.MaxPositions, originalPositions: 4096);
        var rope = rotary.Read(10000);
        return (config with
        {
            Activation = ActivationNames.Read(fields, "hidden_act", "silu"),
            RotarySize = (int)(config.HeadSize * rotary.Fraction(1, "partial_rotary_factor")),
            RopeTheta = rope.Theta,
            RopeScaling = rope.Scaling,
        }).WithWindow(fields.PositiveOrNull("sliding_window", null), _ => true);
    }
}
