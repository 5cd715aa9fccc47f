using Microsoft.ML;

namespace RouteSae.MLNet.DataViews;

/// <summary>Buffer of text, copied because a source may overwrite its characters when it moves on.</summary>
internal sealed class TextColumnBuffer(DataViewRowCursor source, DataViewSchema.Column column) : ColumnBuffer
{
    private readonly ValueGetter<ReadOnlyMemory<char>> _read = source.GetGetter<ReadOnlyMemory<char>>(column);
    private string[] _values = [];

    public override void Resize(int rows) => Array.Resize(ref _values, rows);

    public override void Read(int row)
    {
        ReadOnlyMemory<char> text = default;
        _read(ref text);
        _values[row] = text.ToString();
    }

    public override Delegate Getter(Func<int> currentRow)
    {
        ValueGetter<ReadOnlyMemory<char>> getter = (ref ReadOnlyMemory<char> value) => value = _values[currentRow()].AsMemory();
        return getter;
    }
}
