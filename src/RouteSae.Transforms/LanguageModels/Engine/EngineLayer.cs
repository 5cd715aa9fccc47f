namespace RouteSae.LanguageModels.Engine;

/// <summary>The weights of a decoder layer, packed. A norm that is not there changes nothing.</summary>
internal sealed class EngineLayer
{
    public EngineNorm? AttentionNorm { get; init; }

    /// <summary>All queries, then all keys, then all values.</summary>
    public required EngineProjection QueryKeyValue { get; init; }

    public EngineNorm? QueryNorm { get; init; }

    public EngineNorm? KeyNorm { get; init; }

    public required EngineProjection Output { get; init; }

    public EngineNorm? AttentionOutputNorm { get; init; }

    public EngineNorm? FeedForwardNorm { get; init; }

    /// <summary>The gate, filled up to whole panels, then what it lets through; without a gate that alone.</summary>
    public required EngineProjection GateUp { get; init; }

    public required EngineProjection Down { get; init; }

    public EngineNorm? FeedForwardOutputNorm { get; init; }
}
