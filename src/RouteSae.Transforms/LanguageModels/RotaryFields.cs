namespace RouteSae.LanguageModels;

/// <summary>
/// The rotary embedding of a configuration: <c>rope_theta</c> and <c>rope_scaling</c>, or <c>rope_parameters</c>, which
/// holds both since transformers 5, for each kind of layer where they differ.
/// </summary>
/// <param name="fields">The configuration.</param>
/// <param name="maxPositions">The longest sequence it names.</param>
/// <param name="originalPositions">The family's <c>original_max_position_embeddings</c> where the field is missing; null where the family has none.</param>
internal sealed class RotaryFields(ConfigFields fields, int maxPositions, int? originalPositions = null)
{
    /// <summary>The kinds of layers that <c>rope_parameters</c> may name.</summary>
    private static readonly string[] s_kinds = ["full_attention", "sliding_attention", "chunked_attention"];

    /// <summary>Base and stretching, the same for all layers.</summary>
    /// <param name="theta">The base where no field has one.</param>
    /// <param name="thetaField">The family's own name of the base's field.</param>
    public RopeSettings Read(double theta, string thetaField = "rope_theta")
    {
        theta = fields.Number(thetaField, fields.Number("rope_theta", theta));
        if (fields.Object("rope_parameters") is not { } parameters)
            return new RopeSettings(theta, fields.Object("rope_scaling") is { } scaling ? OfScaling(scaling, theta) : RopeScaling.Unscaled);
        foreach (var kind in s_kinds)
            UnsupportedFields.RefusePresent(parameters, kind);
        return OfParameters(parameters, theta);
    }

    /// <summary>Base and stretching of one kind of layer.</summary>
    /// <param name="kind">As <c>rope_parameters</c> names it.</param>
    /// <param name="theta">The base where no field has one.</param>
    /// <param name="scaling">The <c>rope_scaling</c> of older files that holds for this kind.</param>
    public RopeSettings Read(string kind, double theta, ConfigFields? scaling)
    {
        if (fields.Object("rope_parameters") is not { } parameters)
            return new RopeSettings(theta, scaling is null ? RopeScaling.Unscaled : OfScaling(scaling, theta));
        return parameters.Object(kind) is { } own ? OfParameters(own, theta)
            : s_kinds.Any(other => parameters.Find(other) is not null) ? new RopeSettings(theta, RopeScaling.Unscaled)
            : OfParameters(parameters, theta);
    }

    /// <summary>How much of a head is rotated, as <c>rope_parameters</c> or one of these fields says.</summary>
    public double Fraction(double fallback, params ReadOnlySpan<string> names)
    {
        if (fields.Object("rope_parameters")?.Find("partial_rotary_factor") is not null)
            return fields.Object("rope_parameters")!.Number("partial_rotary_factor");
        foreach (var name in names)
        {
            if (fields.Find(name) is not null)
                return fields.Number(name);
        }

        return fallback;
    }

    /// <summary>Some releases read a base in there and others do not: both are right only where it is the same.</summary>
    private RopeScaling OfScaling(ConfigFields scaling, double theta) => scaling.Number("rope_theta", theta) == theta
        ? Scaling(scaling)
        : throw new LanguageModelFormatException($"{scaling.Name} has a rope_theta of {scaling.Number("rope_theta")}, beside the model's {theta}. Leave one of them.");

    private RopeSettings OfParameters(ConfigFields parameters, double theta) => new(parameters.Number("rope_theta", theta), Scaling(parameters));

    private RopeScaling Scaling(ConfigFields scaling) => (scaling.Text("rope_type") ?? scaling.Text("type") ?? "default") switch
    {
        "default" => RopeScaling.Unscaled,
        "linear" => new RopeScaling { Kind = RopeScalingKind.Linear, Factor = scaling.Number("factor") },
        "dynamic" => new RopeScaling { Kind = RopeScalingKind.Dynamic, Factor = scaling.Number("factor") },
        "llama3" => new RopeScaling
        {
            Kind = RopeScalingKind.Llama3,
            Factor = scaling.Number("factor"),
            LowFrequencyFactor = scaling.Number("low_freq_factor"),
            HighFrequencyFactor = scaling.Number("high_freq_factor"),
            OriginalMaxPositions = scaling.Positive("original_max_position_embeddings"),
        },
        // Early Phi-3 files call LongRoPE by other names.
        "longrope" or "su" => LongRope(scaling),
        "yarn" => scaling.Find("short_factor") is null ? Yarn(scaling) : LongRope(scaling),
        var other => throw new LanguageModelFormatException($"{scaling.Name}: the type '{other}' is not supported. Known: default, dynamic, linear, llama3, longrope, yarn."),
    };

    private RopeScaling Yarn(ConfigFields scaling)
    {
        var original = scaling.Positive("original_max_position_embeddings", fields.Positive("original_max_position_embeddings", maxPositions));
        var factor = scaling.Number("factor", (double)maxPositions / original);
        double? own = scaling.NumberOrNull("mscale", null), all = scaling.NumberOrNull("mscale_all_dim", null);
        double Magnitude(double times) => factor <= 1 ? 1 : 0.1 * times * Math.Log(factor) + 1;
        return new RopeScaling
        {
            Kind = RopeScalingKind.Yarn,
            Factor = factor,
            OriginalMaxPositions = original,
            AttentionFactor = scaling.NumberOrNull("attention_factor", null)
                ?? (own is { } a && all is { } b ? Magnitude(a) / Magnitude(b) : Magnitude(1)),
            FastRotations = scaling.Number("beta_fast", 32),
            SlowRotations = scaling.Number("beta_slow", 1),
            WholeRamp = scaling.Flag("truncate", true),
        };
    }

    private RopeScaling LongRope(ConfigFields scaling)
    {
        var ofModel = fields.PositiveOrNull("original_max_position_embeddings", originalPositions);
        var original = ofModel ?? scaling.Positive("original_max_position_embeddings", maxPositions);
        var ratio = (double)maxPositions / original;
        var factor = ofModel is null ? scaling.Number("factor", ratio) : ratio;
        return new RopeScaling
        {
            Kind = RopeScalingKind.LongRope,
            OriginalMaxPositions = original,
            AttentionFactor = scaling.NumberOrNull("attention_factor", null)
                ?? (factor <= 1 ? 1 : Math.Sqrt(1 + Math.Log(factor) / Math.Log(original))),
            ShortFactors = scaling.Numbers("short_factor"),
            LongFactors = scaling.Numbers("long_factor"),
        };
    }
}
