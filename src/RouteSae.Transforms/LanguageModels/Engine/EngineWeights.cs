namespace RouteSae.LanguageModels.Engine;

/// <summary>The weights of a decoder up to a hidden state, packed once. Immutable; any number of threads and engines may share them.</summary>
internal sealed class EngineWeights
{
    public required DecoderConfig Config { get; init; }

    public required WeightTable Embedding { get; init; }

    /// <summary>Null where positions are not learned.</summary>
    public WeightTable? Positions { get; init; }

    public required IReadOnlyList<EngineLayer> Layers { get; init; }

    /// <summary>Null when the upper part was not loaded.</summary>
    public EngineNorm? FinalNorm { get; init; }
}
