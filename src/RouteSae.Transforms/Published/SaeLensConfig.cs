using RouteSae.Autoencoders.Kinds;

namespace RouteSae.Published;

/// <summary>What <c>cfg.json</c> of SAELens says, whatever the version that wrote it.</summary>
internal sealed record SaeLensConfig
{
    public required string Location { get; init; }

    /// <summary>The kind that computes the architecture.</summary>
    public required AutoencoderKind Kind { get; init; }

    public required int HiddenSize { get; init; }

    public required int Latents { get; init; }

    /// <summary>K; 0 unless TopK.</summary>
    public required int ActiveLatents { get; init; }

    public required int HiddenState { get; init; }

    /// <summary>Whether what is read are the token embeddings, before position embeddings.</summary>
    public required bool ReadsTokenEmbeddings { get; init; }

    public required SaeLensNormalization Normalization { get; init; }

    public required bool AppliesInputBias { get; init; }

    public required bool RescalesByDecoderNorm { get; init; }

    public required bool HasLatentScales { get; init; }

    /// <summary>Whether the weights and all sums are float32 in SAELens.</summary>
    public required bool IsSinglePrecision { get; init; }

    /// <summary>Whether the language model was one of TransformerLens, rather than of Hugging Face.</summary>
    public required bool FromTransformerLens { get; init; }

    /// <summary>The argument of that name; null when the file has none.</summary>
    public required bool? CentersWritingWeights { get; init; }

    /// <summary>Whether the file names arguments of the language model at all: SAELens then asks for a model without TransformerLens's processing.</summary>
    public required bool HasModelArguments { get; init; }

    /// <summary>Whether the file has a place for them, and it is empty: versions that centred and versions that did not wrote that.</summary>
    public required bool HasEmptyModelArguments { get; init; }

    public required bool ReadsSomePositions { get; init; }

    public string? LanguageModel { get; init; }

    public int? ContextLength { get; init; }

    public bool? PrependsBeginOfSequence { get; init; }

    /// <summary>The scaling with which a round trip through the format brings our own back; null in files of others.</summary>
    public string? OwnScaling { get; init; }
}
