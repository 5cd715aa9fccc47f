using System.Text.Json.Nodes;

namespace RouteSae.LanguageModels;

/// <summary>Writes a <c>rope_scaling</c> entry.</summary>
internal static class RopeScalingJson
{
    public static JsonObject? Of(RopeScaling scaling) => scaling.Kind switch
    {
        RopeScalingKind.Linear => new JsonObject { ["rope_type"] = "linear", ["factor"] = scaling.Factor },
        RopeScalingKind.Dynamic => new JsonObject { ["rope_type"] = "dynamic", ["factor"] = scaling.Factor },
        RopeScalingKind.Llama3 => new JsonObject
        {
            ["rope_type"] = "llama3",
            ["factor"] = scaling.Factor,
            ["low_freq_factor"] = scaling.LowFrequencyFactor,
            ["high_freq_factor"] = scaling.HighFrequencyFactor,
            ["original_max_position_embeddings"] = scaling.OriginalMaxPositions,
        },
        RopeScalingKind.Yarn => new JsonObject
        {
            ["rope_type"] = "yarn",
            ["factor"] = scaling.Factor,
            ["attention_factor"] = scaling.AttentionFactor,
            ["beta_fast"] = scaling.FastRotations,
            ["beta_slow"] = scaling.SlowRotations,
            ["truncate"] = scaling.WholeRamp,
            ["original_max_position_embeddings"] = scaling.OriginalMaxPositions,
        },
        RopeScalingKind.LongRope => new JsonObject
        {
            ["rope_type"] = "longrope",
            ["attention_factor"] = scaling.AttentionFactor,
            ["short_factor"] = Numbers(scaling.ShortFactors),
            ["long_factor"] = Numbers(scaling.LongFactors),
            ["original_max_position_embeddings"] = scaling.OriginalMaxPositions,
        },
        _ => null,
    };

    private static JsonArray Numbers(IEnumerable<double> numbers) => new([.. numbers.Select(number => JsonValue.Create(number))]);
}
