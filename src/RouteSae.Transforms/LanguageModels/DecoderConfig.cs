namespace RouteSae.LanguageModels;

/// <summary>
/// What a decoder computes, independent of the names that a model family gives to its fields and tensors.
/// <see cref="Parse"/> reads it from a Hugging Face <c>config.json</c>.
/// </summary>
public sealed record DecoderConfig
{
    /// <summary>The family as <c>model_type</c> names it, for example <c>llama</c>.</summary>
    public required string ModelType { get; init; }

    /// <summary>Width of the residual stream, D.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the feed-forward layer.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of decoder layers. Hidden states are numbered 0 (embeddings) to this.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Query heads.</summary>
    public required int AttentionHeads { get; init; }

    /// <summary>Key and value heads; divides <see cref="AttentionHeads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of one head.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Number of rows of the embedding, V.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Longest sequence the model is made for, in tokens.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Added to the mean square before the root in a norm.</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>Base of the rotary frequencies.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>Stretching of the rotary frequencies.</summary>
    public RopeScaling RopeScaling { get; init; } = new() { Kind = RopeScalingKind.None };

    /// <summary>Whether the output head is the embedding itself.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>Whether the attention projections have a bias.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Whether the feed-forward projections have a bias.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>Ids that end a generated text; empty when the configuration names none.</summary>
    public IReadOnlyList<int> EndOfSequence { get; init; } = [];

    /// <summary>
    /// The hidden states that RouteSAE routes by default: n/4 to 3n/4 inclusive of an n-layer model
    /// (integer division), for example 4..12 for n = 16.
    /// </summary>
    public IReadOnlyList<int> DefaultRoutedHiddenStates =>
        [.. Enumerable.Range(LayerCount / 4, LayerCount * 3 / 4 - LayerCount / 4 + 1)];

    /// <summary>Reads a Hugging Face <c>config.json</c>.</summary>
    /// <param name="json">The text of the file.</param>
    /// <param name="name">Where it came from, for error messages.</param>
    /// <exception cref="LanguageModelFormatException">The family is unknown, or a field is missing or out of range.</exception>
    public static DecoderConfig Parse(string json, string name) => DecoderConfigReader.Read(json, name);
}
