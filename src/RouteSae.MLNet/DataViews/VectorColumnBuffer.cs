using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.DataViews;

/// <summary>Buffer of vectors; each row keeps its own arrays and reuses them from window to window.</summary>
internal sealed class VectorColumnBuffer<T>(DataViewRowCursor source, DataViewSchema.Column column) : ColumnBuffer
{
    private readonly ValueGetter<VBuffer<T>> _read = source.GetGetter<VBuffer<T>>(column);
    private VBuffer<T>[] _values = [];

    public override void Resize(int rows) => Array.Resize(ref _values, rows);

    public override void Read(int row) => _read(ref _values[row]);

    public override Delegate Getter(Func<int> currentRow)
    {
        ValueGetter<VBuffer<T>> getter = (ref VBuffer<T> value) => _values[currentRow()].CopyTo(ref value);
        return getter;
    }
}
