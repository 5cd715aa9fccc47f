using RouteSae.Kernels.Products;

namespace RouteSae.LanguageModels.Engine;

/// <summary>
/// A causal language model in managed code, float32: token ids in, hidden states of chosen layers out. A text's numbers depend on that
/// text alone, to the last bit, on every processor, with any number of threads and in any company. Safe for concurrent passes.
/// </summary>
internal sealed class DecoderEngine
{
    private readonly EngineWeights _weights;
    private readonly VectorWidth _width;
    private readonly RotaryTableCache? _rotary;
    private readonly RotaryTableCache? _slidingRotary;
    private readonly Lock _gate = new();
    private readonly Stack<EnginePass> _free = [];

    public DecoderEngine(EngineWeights weights)
        : this(weights, ProcessorVectors.Widest)
    {
    }

    /// <summary>For tests: with vectors of a chosen width in the products.</summary>
    public DecoderEngine(EngineWeights weights, VectorWidth width)
    {
        (_weights, _width) = (weights, width);
        if (Config.RotarySize > 0)
        {
            _rotary = new RotaryTableCache(new RotaryAngles(Config, Config.Rope(sliding: false)));
            _slidingRotary = Config.SlidingRope is null ? null : new RotaryTableCache(new RotaryAngles(Config, Config.Rope(sliding: true)));
        }
    }

    /// <summary>What the model computes.</summary>
    public DecoderConfig Config => _weights.Config;

    /// <summary>The last hidden state that can be asked for.</summary>
    public int LastHiddenState => _weights.Layers.Count;

    /// <summary>Reads and packs the weights up to a hidden state.</summary>
    /// <param name="config">What the model computes.</param>
    /// <param name="weights">Its tensors; not needed any more once this returns.</param>
    /// <param name="lastHiddenState">Null for all of them.</param>
    /// <exception cref="ArgumentException">The sizes of the configuration contradict each other, or the hidden state does not exist.</exception>
    /// <exception cref="LanguageModelFormatException">A tensor is missing or has another shape than the configuration says.</exception>
    public static DecoderEngine Load(DecoderConfig config, IWeightSource weights, int? lastHiddenState = null) =>
        new(new EngineLoader(config, weights, lastHiddenState).Load());

    /// <summary>Computes hidden states and hands each over as it is made; layers above the last one asked for are not computed.</summary>
    /// <param name="tokens">The texts.</param>
    /// <param name="hiddenStates">Which ones; at least one.</param>
    /// <param name="reader">Takes them.</param>
    /// <exception cref="ArgumentException">A hidden state was not loaded, an id is outside the vocabulary, or there are more positions than the model has learned.</exception>
    public void Forward(RaggedTokens tokens, IReadOnlyCollection<int> hiddenStates, IHiddenStateReader reader)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(hiddenStates);
        ArgumentNullException.ThrowIfNull(reader);
        EngineCheck.HiddenStates(hiddenStates, this);
        EngineCheck.Tokens(tokens, Config);
        var pass = Rent();
        pass.Run(tokens, hiddenStates, reader);
        lock (_gate)
        {
            _free.Push(pass);
        }
    }

    private EnginePass Rent()
    {
        lock (_gate)
        {
            return _free.TryPop(out var pass) ? pass : new EnginePass(_weights, _rotary, _slidingRotary, _width);
        }
    }
}
