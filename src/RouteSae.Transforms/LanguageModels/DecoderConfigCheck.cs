using RouteSae.LanguageModels.Families;

namespace RouteSae.LanguageModels;

/// <summary>Finds sizes that cannot belong to one decoder, whether they were read or set by hand.</summary>
internal static class DecoderConfigCheck
{
    /// <summary>What is wrong, in words; empty when nothing is.</summary>
    public static IEnumerable<string> Problems(DecoderConfig config) =>
        [.. Sizes(config), .. Rotation(config), .. Rope(config, config.RopeScaling), .. Rope(config, config.SlidingRope?.Scaling), .. Layers(config)];

    /// <exception cref="ArgumentException">The sizes contradict each other, or the family is unknown.</exception>
    public static void ThrowIfInvalid(DecoderConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var problems = Problems(config).ToList();
        if (!DecoderFamilies.Contains(config.ModelType))
            problems.Add($"the model type '{config.ModelType}' is unknown (known: {DecoderFamilies.Names})");
        if (problems.Count > 0)
            throw new ArgumentException($"The configuration cannot be computed: {string.Join("; ", problems)}.", nameof(config));
    }

    private static IEnumerable<string> Sizes(DecoderConfig config)
    {
        (string Name, int Value)[] sizes =
        [
            ("hidden size", config.HiddenSize), ("intermediate size", config.IntermediateSize), ("number of layers", config.LayerCount),
            ("number of attention heads", config.AttentionHeads), ("number of key-value heads", config.KeyValueHeads),
            ("head size", config.HeadSize), ("vocabulary size", config.VocabularySize), ("number of positions", config.MaxPositions),
        ];
        foreach (var (name, value) in sizes.Where(size => size.Value < 1))
            yield return $"the {name} is {value}";
        if (config.KeyValueHeads > 0 && config.AttentionHeads % config.KeyValueHeads != 0)
            yield return $"{config.AttentionHeads} attention heads cannot share {config.KeyValueHeads} key-value heads evenly";
        if (config.SlidingWindow < 1)
            yield return $"the sliding window is {config.SlidingWindow}";
    }

    private static IEnumerable<string> Rotation(DecoderConfig config)
    {
        var size = config.RotarySize;
        if (size % 2 != 0)
            yield return size == config.HeadSize
                ? $"the head size {size} is odd, but rotary embeddings turn pairs"
                : $"{size} numbers of a head are rotated, but rotary embeddings turn pairs";
        if (size < 0 || size > config.HeadSize)
            yield return $"{size} numbers of a head are rotated, but a head has {config.HeadSize}";
    }

    private static IEnumerable<string> Rope(DecoderConfig config, RopeScaling? scaling)
    {
        if (scaling is { Kind: RopeScalingKind.Llama3 } && !(scaling.HighFrequencyFactor > scaling.LowFrequencyFactor))
            yield return $"the high frequency factor {scaling.HighFrequencyFactor} of the rotary scaling is not above the low one {scaling.LowFrequencyFactor}";
        if (scaling is not { Kind: RopeScalingKind.LongRope })
            yield break;
        foreach (var (name, factors) in new[] { ("short", scaling.ShortFactors), ("long", scaling.LongFactors) })
        {
            if (factors.Count != config.RotarySize / 2)
                yield return $"the rotary scaling has {factors.Count} {name} factors for {config.RotarySize / 2} frequencies";
        }
    }

    private static IEnumerable<string> Layers(DecoderConfig config)
    {
        if (config.Spans.Count > 0 && config.Spans.Count != config.LayerCount)
            yield return $"there are {config.Spans.Count} attention spans for {config.LayerCount} layers";
        if (config.Spans.Contains(AttentionSpan.Sliding) && config.SlidingWindow is null)
            yield return "some layers have a sliding window, but its size is not given";
        if (config.RotatedLayers.Count > 0 && config.RotatedLayers.Count != config.LayerCount)
            yield return $"whether they rotate is given for {config.RotatedLayers.Count} of {config.LayerCount} layers";
    }
}
