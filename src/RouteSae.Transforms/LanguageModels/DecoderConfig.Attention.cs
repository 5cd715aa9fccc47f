namespace RouteSae.LanguageModels;

/// <content>The attention of the layers.</content>
public sealed partial record DecoderConfig
{
    private readonly int? _rotarySize;
    private readonly double? _attentionScale;

    /// <summary>Query heads.</summary>
    public required int AttentionHeads { get; init; }

    /// <summary>Key and value heads; divides <see cref="AttentionHeads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of one head.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Whether the query, key and value projections have a bias. Default: false.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Whether the projection of the attention's result has a bias. Default: false.</summary>
    public bool AttentionOutputBias { get; init; }

    /// <summary>Queries, keys and values are clamped to −this .. this. Default: null, they are not.</summary>
    public double? ProjectionClip { get; init; }

    /// <summary>Whether queries and keys are normalised. Default: <see cref="QueryKeyNorm.None"/>.</summary>
    public QueryKeyNorm QueryKeyNorm { get; init; } = QueryKeyNorm.None;

    /// <summary>Multiplies the products of queries and keys. Default: 1/√(head size).</summary>
    public double AttentionScale
    {
        get => _attentionScale ?? 1 / Math.Sqrt(HeadSize);
        init => _attentionScale = value;
    }

    /// <summary>Whether <see cref="AttentionScale"/> is divided by the number of the layer, from 1. Default: false.</summary>
    public bool AttentionScaleByLayer { get; init; }

    /// <summary>c: attention scores become c · tanh(score / c) before the mask. Default: null, they stay.</summary>
    public double? AttentionSoftCap { get; init; }

    /// <summary>W: positions that a layer with <see cref="AttentionSpan.Sliding"/> sees, the own one included. Default: null, there is no such layer.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>How far each layer looks back, one entry a layer. Default: empty, all look at everything.</summary>
    public IReadOnlyList<AttentionSpan> Spans { get; init; } = [];

    /// <summary>Numbers at the start of each head that are rotated by position; even, 0 for none. Default: the head size.</summary>
    public int RotarySize
    {
        get => _rotarySize ?? HeadSize;
        init => _rotarySize = value;
    }

    /// <summary>Base of the rotary frequencies. Default: 10,000.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>Stretching of the rotary frequencies. Default: none.</summary>
    public RopeScaling RopeScaling { get; init; } = RopeScaling.Unscaled;

    /// <summary>The rotary frequencies of the layers with <see cref="AttentionSpan.Sliding"/>. Default: null, those of the others.</summary>
    public RopeSettings? SlidingRope { get; init; }

    /// <summary>Whether each layer rotates queries and keys at all, one entry a layer. Default: empty, all do.</summary>
    public IReadOnlyList<bool> RotatedLayers { get; init; } = [];

    /// <summary>Whether a layer has a window.</summary>
    internal bool IsSliding(int layer) => SlidingWindow is not null && Spans.Count > 0 && Spans[layer] == AttentionSpan.Sliding;

    /// <summary>Whether a layer rotates queries and keys.</summary>
    internal bool IsRotated(int layer) => RotarySize > 0 && (RotatedLayers.Count == 0 || RotatedLayers[layer]);

    /// <summary>The rotary frequencies of a layer.</summary>
    internal RopeSettings Rope(bool sliding) => sliding && SlidingRope is { } own ? own : new RopeSettings(RopeTheta, RopeScaling);

    /// <summary>What multiplies the products of queries and keys in a layer.</summary>
    internal double ScaleOf(int layer) => AttentionScaleByLayer ? AttentionScale / (layer + 1) : AttentionScale;
}
