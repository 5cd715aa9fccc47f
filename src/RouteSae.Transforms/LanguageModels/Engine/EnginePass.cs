using RouteSae.Kernels.Products;
using RouteSae.Native;

namespace RouteSae.LanguageModels.Engine;

/// <summary>The memory of a forward pass and what runs in it. One for each caller at a time; grows to the largest batch it has seen.</summary>
internal sealed unsafe class EnginePass
{
    private readonly EngineWeights _weights;
    private readonly DecoderConfig _config;
    private readonly RotaryTableCache? _rotary;
    private readonly RotaryTableCache? _slidingRotary;
    private readonly MatrixProduct _product;
    private readonly RowStages _stages;
    private readonly EngineAttention _attention;
    private readonly GrowingNumbers _hidden = new();
    private readonly GrowingNumbers _normed = new();
    private readonly GrowingNumbers _wide = new();
    private readonly GrowingNumbers _narrow = new();
    private readonly GrowingNumbers _attended = new();
    private readonly GrowingNumbers _fed = new();
    private readonly int _stride;
    private int _rows;
    private int _threads;

    public EnginePass(EngineWeights weights, RotaryTableCache? rotary, RotaryTableCache? slidingRotary, VectorWidth width)
    {
        (_weights, _config, _rotary, _slidingRotary) = (weights, weights.Config, rotary, slidingRotary);
        (_product, _stages, _attention) = (new MatrixProduct(width), new RowStages(_config), new EngineAttention(_config, width));
        _stride = EngineSizes.Filled(_config.HiddenSize);
    }

    public void Run(RaggedTokens tokens, IReadOnlyCollection<int> hiddenStates, IHiddenStateReader reader)
    {
        (_rows, _threads) = (tokens.Ids.Length, TorchRuntime.Threads);
        Grow();
        Embed(tokens);
        _attention.Begin(tokens);
        var depth = hiddenStates.Max();
        for (var index = 0; index <= depth; index++)
        {
            if (index > 0)
            {
                Layer(_weights.Layers[index - 1], index - 1);
            }

            if (index == _config.LayerCount)
            {
                _stages.Norm(_weights.FinalNorm!, _rows, _hidden.Data, _hidden.Data, _stride);
            }

            if (hiddenStates.Contains(index))
            {
                reader.Read(index, new HiddenRows(_hidden.Data, _rows, _config.HiddenSize, _stride));
            }
        }

        GC.KeepAlive(this);
    }

    private void Grow()
    {
        var heads = EngineSizes.Filled(_config.AttentionHeads * _config.HeadSize);
        var middle = EngineSizes.Filled(_config.IntermediateSize);
        var projected = EngineSizes.Filled((_config.AttentionHeads + 2 * _config.KeyValueHeads) * _config.HeadSize);
        _hidden.AtLeast((long)_rows * _stride);
        _normed.AtLeast((long)_rows * _stride);
        _attended.AtLeast((long)_rows * _stride);
        _fed.AtLeast((long)_rows * _stride);
        _wide.AtLeast((long)_rows * Math.Max(projected, _config.GatedFeedForward ? 2 * middle : middle));
        _narrow.AtLeast((long)_rows * Math.Max(heads, middle));
    }

    /// <summary>Hidden state 0.</summary>
    private void Embed(RaggedTokens tokens)
    {
        var position = _weights.Positions is null ? null : new float[_config.HiddenSize];
        for (var text = 0; text < tokens.TextCount; text++)
        {
            for (var row = tokens.Starts[text]; row < tokens.Starts[text + 1]; row++)
            {
                var target = new Span<float>(_hidden.Data + (long)row * _stride, _stride);
                target[_config.HiddenSize..].Clear();
                target = target[.._config.HiddenSize];
                _weights.Embedding.Read(tokens.Ids[row], target);
                Scale(target, (float)_config.EmbeddingScale);
                if (position is not null)
                {
                    _weights.Positions!.Read(row - tokens.Starts[text], position);
                    Add(target, position);
                }
            }
        }
    }

    private static void Scale(Span<float> target, float factor)
    {
        for (var i = 0; factor != 1 && i < target.Length; i++)
        {
            target[i] *= factor;
        }
    }

    private static void Add(Span<float> target, ReadOnlySpan<float> numbers)
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] += numbers[i];
        }
    }

    /// <summary>One layer, arranged as <see cref="LayerArrangement"/> says.</summary>
    private void Layer(EngineLayer layer, int index)
    {
        float* hidden = _hidden.Data, attended = _attended.Data, fed = _fed.Data;
        var normed = Normed(layer.AttentionNorm, hidden);
        Attend(layer, index, normed);
        if (_config.Arrangement is LayerArrangement.Parallel or LayerArrangement.ParallelOneNorm)
        {
            Feed(layer, layer.FeedForwardNorm is null ? normed : Normed(layer.FeedForwardNorm, hidden), outputNorm: null);
            _stages.Add(_rows, fed, attended, hidden, _stride);
            return;
        }

        _stages.Add(_rows, attended, null, hidden, _stride);
        Feed(layer, Normed(layer.FeedForwardNorm, hidden), layer.FeedForwardOutputNorm);
        _stages.Add(_rows, fed, null, hidden, _stride);
    }

    private float* Normed(EngineNorm? norm, float* hidden)
    {
        if (norm is null)
        {
            return hidden;
        }

        _stages.Norm(norm, _rows, hidden, _normed.Data, _stride);
        return _normed.Data;
    }

    private void Attend(EngineLayer layer, int index, float* input)
    {
        float* projected = _wide.Data, result = _narrow.Data;
        Multiply(layer.QueryKeyValue, input, _stride, projected);
        _stages.Prepare(layer, _rows, projected);
        var resultStride = EngineSizes.Filled(_config.AttentionHeads * _config.HeadSize);
        var rotary = !_config.IsRotated(index) ? null : _config.IsSliding(index) ? _slidingRotary ?? _rotary : _rotary;
        _attention.Run(index, rotary, projected, layer.QueryKeyValue.Stride, result, resultStride);
        Multiply(layer.Output, result, resultStride, _attended.Data);
        _stages.Finish(layer.Output, layer.AttentionOutputNorm, _rows, _attended.Data);
    }

    private void Feed(EngineLayer layer, float* input, EngineNorm? outputNorm)
    {
        var middle = EngineSizes.Filled(_config.IntermediateSize);
        Multiply(layer.GateUp, input, _stride, _wide.Data);
        _stages.Activate(layer, _rows, _wide.Data, _narrow.Data, middle);
        Multiply(layer.Down, _narrow.Data, middle, _fed.Data);
        _stages.Finish(layer.Down, outputNorm, _rows, _fed.Data);
    }

    private void Multiply(EngineProjection projection, float* x, int stride, float* y) =>
        _product.Run(x, stride, _rows, projection.Matrix, y, projection.Stride, _threads);
}
