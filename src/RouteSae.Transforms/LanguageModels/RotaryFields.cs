namespace RouteSae.LanguageModels;

/// <summary>
/// The rotary embedding of a configuration: <c>rope_theta</c> and <c>rope_scaling</c>, or <c>rope_parameters</c>, which
/// holds both since transformers 5.
/// </summary>
/// <param name="Theta">Base of the frequencies.</param>
/// <param name="Scaling">Their stretching.</param>
internal sealed record RotaryFields(double Theta, RopeScaling Scaling)
{
    private const double UsualTheta = 10000;

    public static RotaryFields Read(ConfigFields fields)
    {
        var theta = fields.Number("rope_theta", UsualTheta);
        if (fields.Object("rope_parameters") is { } parameters)
        {
            UnsupportedFields.RefuseLayerTypes(parameters);
            UnsupportedFields.RefusePartialRotation(parameters);
            return new RotaryFields(parameters.Number("rope_theta", theta), ReadScaling(parameters));
        }

        return new RotaryFields(theta, fields.Object("rope_scaling") is { } scaling ? ReadScaling(scaling) : new RopeScaling { Kind = RopeScalingKind.None });
    }

    private static RopeScaling ReadScaling(ConfigFields fields) => (fields.Text("rope_type") ?? fields.Text("type") ?? "default") switch
    {
        "default" => new RopeScaling { Kind = RopeScalingKind.None },
        "linear" => new RopeScaling { Kind = RopeScalingKind.Linear, Factor = fields.Number("factor") },
        "llama3" => new RopeScaling
        {
            Kind = RopeScalingKind.Llama3,
            Factor = fields.Number("factor"),
            LowFrequencyFactor = fields.Number("low_freq_factor"),
            HighFrequencyFactor = fields.Number("high_freq_factor"),
            OriginalMaxPositions = fields.Positive("original_max_position_embeddings"),
        },
        var other => throw new LanguageModelFormatException($"{fields.Name}: the type '{other}' is not supported. Known: default, linear, llama3."),
    };
}
