using System.Runtime.Intrinsics;
using RouteSae.Kernels;
using RouteSae.Kernels.Products;

namespace RouteSae.LanguageModels.Engine;

/// <summary>
/// W_o's input softmax(s · q kᵀ) v of ragged texts. Keys and values are packed once into panels; then blocks of queries are computed
/// with the product's kernels, each with a row of scores as long as the text. Every query sums over its keys in ascending order,
/// whichever block, thread or text stands beside it, and over no others.
/// </summary>
internal sealed unsafe class EngineAttention
{
    /// <summary>Queries that are multiplied together.</summary>
    private const int BlockQueries = 12;

    /// <summary>Queries of a task.</summary>
    private const int TaskQueries = 4 * BlockQueries;

    private readonly DecoderConfig _config;
    private readonly ProductKernel _kernel;
    private readonly ScratchPool _scratch = new();
    private readonly Action<int, int> _pack;
    private readonly Action<int, int> _attend;
    private readonly int _size;
    private readonly int _filledSize;
    private readonly GrowingNumbers _keys = new();
    private readonly GrowingNumbers _values = new();
    private RaggedTokens _tokens = null!;
    private long[] _keyPlaces = [];
    private long[] _valuePlaces = [];
    private int[] _tasks = [];
    private RotaryTable?[] _tables = [];
    private float* _projected;
    private float* _result;
    private int _stride;
    private int _resultStride;
    private int? _window;
    private ScoreRow _scores;

    public EngineAttention(DecoderConfig config, VectorWidth width)
    {
        (_config, _kernel) = (config, ProductKernel.Of(width, NumberFormat.Float32));
        (_size, _filledSize) = (config.HeadSize, EngineSizes.Filled(config.HeadSize));
        (_pack, _attend) = (Pack, Attend);
    }

    /// <summary>Lays out the memory for some texts; their layers follow.</summary>
    public void Begin(RaggedTokens tokens)
    {
        _tokens = tokens;
        Array.Resize(ref _keyPlaces, Math.Max(_keyPlaces.Length, tokens.TextCount));
        Array.Resize(ref _valuePlaces, Math.Max(_valuePlaces.Length, tokens.TextCount));
        Array.Resize(ref _tasks, Math.Max(_tasks.Length, tokens.TextCount + 1));
        Array.Resize(ref _tables, Math.Max(_tables.Length, tokens.TextCount));
        long keys = 0, values = 0;
        for (var text = 0; text < tokens.TextCount; text++)
        {
            var length = tokens.Length(text);
            (_keyPlaces[text], _valuePlaces[text]) = (keys, values);
            _tasks[text + 1] = _tasks[text] + (length + TaskQueries - 1) / TaskQueries;
            keys += (long)_config.KeyValueHeads * EngineSizes.Filled(length) * _size;
            values += (long)_config.KeyValueHeads * length * _filledSize;
        }

        _keys.AtLeast(keys);
        _values.AtLeast(values);
    }

    /// <summary>Computes a layer.</summary>
    /// <param name="layer">Its number.</param>
    /// <param name="rotary">Its tables; null where nothing is rotated.</param>
    /// <param name="projected">Rows of queries, keys and values.</param>
    /// <param name="stride">Numbers from one of these rows to the next.</param>
    /// <param name="result">Rows of all heads' results.</param>
    /// <param name="resultStride">Numbers from one of these to the next.</param>
    public void Run(int layer, RotaryTableCache? rotary, float* projected, int stride, float* result, int resultStride)
    {
        _projected = projected;
        _result = result;
        (_stride, _resultStride) = (stride, resultStride);
        _window = _config.IsSliding(layer) ? _config.SlidingWindow : null;
        _scores = new ScoreRow((float)_config.ScaleOf(layer), (float)(_config.AttentionSoftCap ?? 0));
        for (var text = 0; text < _tokens.TextCount; text++)
        {
            _tables[text] = rotary?.For(_tokens.Length(text));
        }

        KernelLoop.For(_tokens.TextCount * _config.KeyValueHeads, 1, _pack);
        KernelLoop.For(_tasks[_tokens.TextCount] * _config.AttentionHeads, 1, _attend);
        GC.KeepAlive(_keys);
        GC.KeepAlive(_values);
    }

    private float* Keys(int text, int head) => _keys.Data + _keyPlaces[text] + (long)head * EngineSizes.Filled(_tokens.Length(text)) * _size;

    private float* Values(int text, int head) => _values.Data + _valuePlaces[text] + (long)head * _tokens.Length(text) * _filledSize;

    /// <summary>Rotates keys into [S / 32, d, 32], copies values into [d / 32, S, 32].</summary>
    private void Pack(int first, int end)
    {
        var scratch = _scratch.Rent();
        var rotated = scratch.Queries(_filledSize);
        for (var task = first; task < end; task++)
        {
            var (text, head) = Math.DivRem(task, _config.KeyValueHeads);
            var length = _tokens.Length(text);
            float* keys = Keys(text, head), values = Values(text, head);
            for (var position = 0; position < length; position++)
            {
                var key = Row(text, position) + (_config.AttentionHeads + head) * _size;
                HeadRotation.Apply(key, rotated, _size, _tables[text], position);
                var target = keys + (long)(position / PackedMatrix.PanelWidth) * _size * PackedMatrix.PanelWidth + position % PackedMatrix.PanelWidth;
                for (var i = 0; i < _size; i++)
                {
                    target[i * PackedMatrix.PanelWidth] = rotated[i];
                }

                var value = key + _config.KeyValueHeads * _size;
                for (var i = 0; i < _size; i += PackedMatrix.PanelWidth)
                {
                    var count = Math.Min(PackedMatrix.PanelWidth, _size - i);
                    new ReadOnlySpan<float>(value + i, count).CopyTo(new Span<float>(values + (long)i * length + (long)position * PackedMatrix.PanelWidth, count));
                }
            }
        }

        _scratch.Return(scratch);
    }

    private float* Row(int text, int position) => _projected + (long)(_tokens.Starts[text] + position) * _stride;

    private void Attend(int first, int end)
    {
        var scratch = _scratch.Rent();
        for (var task = first; task < end; task++)
        {
            var (place, head) = Math.DivRem(task, _config.AttentionHeads);
            var text = Array.BinarySearch(_tasks, 0, _tokens.TextCount + 1, place);
            text = text < 0 ? ~text - 1 : text;
            while (_tasks[text + 1] == place)
            {
                text++; // an empty text
            }

            var start = (place - _tasks[text]) * TaskQueries;
            var last = Math.Min(_tokens.Length(text), start + TaskQueries);
            for (var query = start; query < last; query += BlockQueries)
            {
                Block(text, head, query, Math.Min(BlockQueries, last - query), scratch);
            }
        }

        _scratch.Return(scratch);
    }

    private void Block(int text, int head, int first, int count, AttentionScratch scratch)
    {
        var stride = EngineSizes.Filled(_tokens.Length(text));
        float* queries = scratch.Queries(BlockQueries * _filledSize), scores = scratch.Scores((long)BlockQueries * stride);
        var keys = Keys(text, head / (_config.AttentionHeads / _config.KeyValueHeads));
        for (var row = 0; row < count; row++)
        {
            HeadRotation.Apply(Row(text, first + row) + head * _size, queries + row * _filledSize, _size, _tables[text], first + row);
        }

        for (var panel = FirstKey(first) / PackedMatrix.PanelWidth; panel * PackedMatrix.PanelWidth < first + count; panel++)
        {
            _kernel.Multiply(
                queries, _filledSize, count, (byte*)(keys + (long)panel * _size * PackedMatrix.PanelWidth), _size,
                scores + panel * PackedMatrix.PanelWidth, stride, first: true);
        }

        var scales = scratch.Scales;
        for (var row = 0; row < count; row++)
        {
            scales[row] = _scores.Softmax(scores + (long)row * stride, FirstKey(first + row), first + row + 1);
        }

        Weigh(text, head, first, count, scratch, scores, stride);
    }

    /// <summary>The first key that a query sees.</summary>
    private int FirstKey(int query) => _window is { } window ? Math.Max(0, query - window + 1) : 0;

    /// <summary>Multiplies with the values: for each row the keys before those that all rows see, then these together, then those after.</summary>
    private void Weigh(int text, int head, int first, int count, AttentionScratch scratch, float* scores, int stride)
    {
        int length = _tokens.Length(text), commonFirst = FirstKey(first + count - 1);
        var sums = scratch.Sums(BlockQueries * _filledSize);
        new Span<float>(sums, count * _filledSize).Clear();
        var values = Values(text, head / (_config.AttentionHeads / _config.KeyValueHeads));
        for (var column = 0; column < _filledSize; column += PackedMatrix.PanelWidth)
        {
            var panel = values + (long)column * length;
            for (var row = 0; row < count; row++)
            {
                Add(row, 1, FirstKey(first + row), Math.Min(commonFirst, first + row + 1));
            }

            Add(0, count, commonFirst, first + 1);
            for (var row = 0; row < count; row++)
            {
                Add(row, 1, Math.Max(commonFirst, first + 1), first + row + 1);
            }

            void Add(int row, int rows, int from, int to)
            {
                if (from < to)
                {
                    _kernel.Multiply(
                        scores + (long)row * stride + from, stride, rows, (byte*)(panel + (long)from * PackedMatrix.PanelWidth), to - from,
                        sums + row * _filledSize + column, _filledSize, first: false);
                }
            }
        }

        for (var row = 0; row < count; row++)
        {
            Scale(sums + row * _filledSize, scratch.Scales[row], _result + (long)(_tokens.Starts[text] + first + row) * _resultStride + head * _size);
        }
    }

    private void Scale(float* source, float factor, float* target)
    {
        var i = 0;
        for (; i + 16 <= _size; i += 16)
        {
            (Vector512.Load(source + i) * Vector512.Create(factor)).Store(target + i);
        }

        for (; i < _size; i++)
        {
            target[i] = source[i] * factor;
        }
    }
}
