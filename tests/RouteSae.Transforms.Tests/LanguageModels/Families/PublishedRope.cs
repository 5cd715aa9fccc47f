using System.Text.Json.Nodes;

namespace RouteSae.Tests.LanguageModels.Families;

/// <summary>The angles of a rotary embedding, in double precision, one at a time from the published rules.</summary>
internal static class PublishedRope
{
    /// <summary>
    /// Angle of each position [S] and pair [d / 2], and what multiplies cosine and sine, when the first positions came together as
    /// a prompt and the others one by one.
    /// </summary>
    public static (double[][] Angles, double Factor) Angles(JsonObject config, JsonObject? scaling, double theta, int size, int length, int prompt)
    {
        var rows = Enumerable.Range(0, length).Select(position => Row(config, scaling, theta, size, length, Math.Max(prompt, position + 1)));
        return ([.. rows.Select((frequencies, position) => frequencies.Select(frequency => position * frequency).ToArray())], Factor(config, scaling));
    }

    /// <summary>The frequencies that rotate one position, when the sequence has so many in all, and had so many when it came.</summary>
    private static double[] Row(JsonObject config, JsonObject? scaling, double theta, int size, int length, int then)
    {
        var kind = Kind(scaling);
        var frequencies = new double[size / 2];
        for (var j = 0; j < frequencies.Length; j++)
        {
            var plain = Math.Pow(theta, -2.0 * j / size);
            frequencies[j] = kind switch
            {
                "linear" => plain / Number(scaling, "factor"),
                "dynamic" => Dynamic(config, Number(scaling, "factor"), theta, size, then, j),
                "llama3" => Llama3(scaling!, plain),
                "yarn" => Yarn(scaling!, plain, theta, size, j),
                "longrope" => plain / Factors(config, scaling!, length)[j],
                _ => plain,
            };
        }

        return frequencies;
    }

    private static string Kind(JsonObject? scaling) => (string?)(scaling?["rope_type"] ?? scaling?["type"]) ?? "default";

    private static double Factor(JsonObject config, JsonObject? scaling)
    {
        if (Kind(scaling) == "yarn")
            return 0.1 * Math.Log(Number(scaling, "factor")) + 1;
        if (Kind(scaling) != "longrope")
            return 1;
        var original = Number(config, "original_max_position_embeddings");
        return Math.Sqrt(1 + Math.Log(Number(config, "max_position_embeddings") / original) / Math.Log(original));
    }

    private static double Dynamic(JsonObject config, double factor, double theta, int size, int length, int j)
    {
        var limit = Number(config, "max_position_embeddings");
        var grown = length <= limit ? theta : theta * Math.Pow(factor * length / limit - (factor - 1), size / (size - 2.0));
        return Math.Pow(grown, -2.0 * j / size);
    }

    private static double Llama3(JsonObject scaling, double frequency)
    {
        double factor = Number(scaling, "factor"), low = Number(scaling, "low_freq_factor"), high = Number(scaling, "high_freq_factor");
        var turns = Number(scaling, "original_max_position_embeddings") * frequency / (2 * Math.PI);
        if (turns < low)
            return frequency / factor;
        if (turns > high)
            return frequency;
        var smooth = (turns - low) / (high - low);
        return (1 - smooth) * frequency / factor + smooth * frequency;
    }

    private static double Yarn(JsonObject scaling, double frequency, double theta, int size, int j)
    {
        var original = Number(scaling, "original_max_position_embeddings");
        double PairThatTurns(double times) => size / 2.0 * Math.Log(original / (2 * Math.PI * times)) / Math.Log(theta);
        double first = Math.Max(0, Math.Floor(PairThatTurns(32))), last = Math.Min(size - 1, Math.Ceiling(PairThatTurns(1)));
        var ramp = Math.Clamp((j - first) / (last - first), 0, 1);
        return frequency * (1 - ramp) + frequency / Number(scaling, "factor") * ramp;
    }

    private static double[] Factors(JsonObject config, JsonObject scaling, int length)
    {
        var name = length > Number(config, "original_max_position_embeddings") ? "long_factor" : "short_factor";
        return [.. scaling[name]!.AsArray().Select(value => (double)value!)];
    }

    private static double Number(JsonObject? json, string field) => (double)json![field]!;
}
