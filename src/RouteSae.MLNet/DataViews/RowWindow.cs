using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;

namespace RouteSae.MLNet.DataViews;

/// <summary>
/// Rows read ahead from a source cursor: their texts, ids, batch numbers and active columns. The first window holds one row and
/// each following one twice as many, up to the limit, so that a reader of ten rows pays for about ten.
/// </summary>
internal sealed class RowWindow
{
    private readonly OutputColumns _output;
    private readonly DataViewRowCursor _source;
    private readonly ValueGetter<ReadOnlyMemory<char>> _readText;
    private readonly ValueGetter<DataViewRowId> _readId;
    private readonly ColumnBuffer?[] _columns;
    private string?[] _texts = [];
    private DataViewRowId[] _ids = [];
    private long[] _batches = [];
    private TextCodes[]? _codes;
    private int _nextSize;
    private bool _exhausted;

    public RowWindow(OutputBinding binding, DataViewRowCursor source, bool[] active)
    {
        _output = binding.Output;
        _nextSize = _output.FirstWindowSize;
        _source = source;
        _readText = binding.TextGetter(source);
        _readId = source.GetIdGetter();
        _columns = [.. binding.Source.Select(column => active[column.Index] ? ColumnBuffer.Create(source, column) : null)];
    }

    /// <summary>The number of rows in the window.</summary>
    public int Count { get; private set; }

    public DataViewRowId Id(int row) => _ids[row];

    public long Batch(int row) => _batches[row];

    public ColumnBuffer Column(int index) => _columns[index]!;

    /// <summary>For how many rows the network has run so far.</summary>
    public long Computed { get; private set; }

    /// <summary>The codes of a row. The first call after <see cref="Fill"/> runs the network on the whole window.</summary>
    public TextCodes Codes(int row)
    {
        if (_codes is null)
        {
            (_codes, var computed) = _output.Encode(new ArraySegment<string?>(_texts, 0, Count), true);
            Computed += computed;
        }

        return _codes[row];
    }

    /// <summary>Reads the next window.</summary>
    /// <returns>Whether there was at least one row.</returns>
    public bool Fill()
    {
        Grow(Math.Min(_nextSize, _output.WindowSize));
        _codes = null;
        Count = 0;
        while (Count < _texts.Length && MoveSource())
        {
            ReadRow(Count++);
        }

        return Count > 0;
    }

    // A source that has ended is not asked again: a cursor that others wrote need not bear it.
    private bool MoveSource() => !_exhausted && !(_exhausted = !_source.MoveNext());

    private void Grow(int size)
    {
        if (size == _texts.Length)
        {
            return;
        }

        Array.Resize(ref _texts, size);
        Array.Resize(ref _ids, size);
        Array.Resize(ref _batches, size);
        foreach (var column in _columns)
        {
            column?.Resize(size);
        }

        _nextSize = checked(size * 2);
    }

    private void ReadRow(int row)
    {
        // The text is copied because a source may overwrite its characters when it moves on.
        ReadOnlyMemory<char> text = default;
        _readText(ref text);
        _texts[row] = text.ToString();
        _readId(ref _ids[row]);
        _batches[row] = _source.Batch;
        foreach (var column in _columns)
        {
            column?.Read(row);
        }
    }
}
