using Microsoft.ML;

namespace RouteSae.MLNet.DataViews;

/// <summary>Buffer of numbers, keys, times and other single values.</summary>
internal sealed class ScalarColumnBuffer<T>(DataViewRowCursor source, DataViewSchema.Column column) : ColumnBuffer
{
    private readonly ValueGetter<T> _read = source.GetGetter<T>(column);
    private T[] _values = [];

    public override void Resize(int rows) => Array.Resize(ref _values, rows);

    public override void Read(int row)
    {
        // A getter may reuse an object that it finds in the target; the last one here has been handed out already.
        _values[row] = default!;
        _read(ref _values[row]);
    }

    public override Delegate Getter(Func<int> currentRow)
    {
        ValueGetter<T> getter = (ref T value) => value = _values[currentRow()];
        return getter;
    }
}
