namespace RouteSae.LanguageModels;

/// <summary>
/// What a decoder computes, independent of the names that a model family gives to its fields and tensors.
/// <see cref="Parse"/> reads it from a Hugging Face <c>config.json</c>. The defaults are those of a Llama.
/// </summary>
public sealed partial record DecoderConfig
{
    /// <summary>The family as <c>model_type</c> names it, for example <c>llama</c>; decides the names of the tensors.</summary>
    public required string ModelType { get; init; }

    /// <summary>Width of the residual stream, D.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the feed-forward layer.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of decoder layers. Hidden states are numbered 0 (embeddings) to this.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Number of rows of the embedding, V.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Longest sequence the model is made for, in tokens; with <see cref="LearnedPositions"/> there are no more.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Multiplies the embedded tokens, rounded to the type of the weights: √D in Gemma. Default: 1.</summary>
    public double EmbeddingScale { get; init; } = 1;

    /// <summary>Whether a learned vector for each position is added to the embedded tokens. Default: false.</summary>
    public bool LearnedPositions { get; init; }

    /// <summary>Where the norms stand, and whether attention and feed-forward read the same input. Default: <see cref="LayerArrangement.Sequential"/>.</summary>
    public LayerArrangement Arrangement { get; init; } = LayerArrangement.Sequential;

    /// <summary>The kind of every norm. Default: <see cref="NormKind.RootMeanSquare"/>.</summary>
    public NormKind Norm { get; init; } = NormKind.RootMeanSquare;

    /// <summary>ε: added to the mean square or the variance before the root in a norm. Default: 1e-6.</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>Added to every stored weight of a norm, in float32: 1 in Gemma. Default: 0.</summary>
    public double NormWeightOffset { get; init; }

    /// <summary>
    /// Whether the feed-forward is W_down · (f(W_gate · x) ⊙ W_up · x) and not W_down · f(W_up · x). Default: true.
    /// </summary>
    public bool GatedFeedForward { get; init; } = true;

    /// <summary>The f of the feed-forward. Default: <see cref="ActivationKind.Silu"/>.</summary>
    public ActivationKind Activation { get; init; } = ActivationKind.Silu;

    /// <summary>Whether the feed-forward projections have a bias. Default: false.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>Whether the output head is the embedding itself. Default: false.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>Whether the output head has a bias. Default: false.</summary>
    public bool HeadBias { get; init; }

    /// <summary>c: logits become c · tanh(logit / c). Default: null, they stay.</summary>
    public double? LogitSoftCap { get; init; }

    /// <summary>Ids that end a generated text. Default: none.</summary>
    public IReadOnlyList<int> EndOfSequence { get; init; } = [];

    /// <summary>Id that fills a row whose text has ended while other rows go on. Default: null, the first of <see cref="EndOfSequence"/>.</summary>
    public int? Padding { get; init; }

    /// <summary>
    /// r: before a token is chosen, the score of every token that the row has already becomes s / r where it is above 0, else s · r. Default: 1, no change.
    /// </summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Rules of generation that the files ask for and that are not implemented.</summary>
    internal IReadOnlyList<string> UnsupportedGeneration { get; init; } = [];

    /// <summary>
    /// The hidden states that RouteSAE routes by default: n/4 to 3n/4 inclusive of an n-layer model
    /// (integer division), for example 4..12 for n = 16.
    /// </summary>
    public IReadOnlyList<int> DefaultRoutedHiddenStates =>
        [.. Enumerable.Range(LayerCount / 4, LayerCount * 3 / 4 - LayerCount / 4 + 1)];

    /// <summary>Reads a Hugging Face <c>config.json</c>.</summary>
    /// <param name="json">The text of the file.</param>
    /// <param name="name">Where it came from, for error messages.</param>
    /// <exception cref="LanguageModelFormatException">The family is unknown, or a field is missing, out of range or not implemented.</exception>
    public static DecoderConfig Parse(string json, string name) => DecoderConfigReader.Read(json, name);
}
