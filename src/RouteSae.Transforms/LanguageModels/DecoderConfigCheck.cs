namespace RouteSae.LanguageModels;

/// <summary>Finds sizes that cannot belong to one decoder, whether they were read or set by hand.</summary>
internal static class DecoderConfigCheck
{
    /// <summary>What is wrong, in words; empty when nothing is.</summary>
    public static IEnumerable<string> Problems(DecoderConfig config)
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
        if (config.HeadSize % 2 != 0)
            yield return $"the head size {config.HeadSize} is odd, but rotary embeddings turn pairs";
        if (config.RopeScaling is { Kind: RopeScalingKind.Llama3 } scaling && !(scaling.HighFrequencyFactor > scaling.LowFrequencyFactor))
            yield return $"the high frequency factor {scaling.HighFrequencyFactor} of the rotary scaling is not above the low one {scaling.LowFrequencyFactor}";
    }

    /// <exception cref="ArgumentException">The sizes contradict each other.</exception>
    public static void ThrowIfInvalid(DecoderConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var problems = Problems(config).ToList();
        if (problems.Count > 0)
            throw new ArgumentException($"The configuration cannot be computed: {string.Join("; ", problems)}.", nameof(config));
    }
}
