using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.DataViews;

/// <summary>
/// Buffer of vectors; each row keeps its own arrays and reuses them from window to window. Texts are copied, because a source
/// may overwrite their characters when it moves on.
/// </summary>
internal sealed class VectorColumnBuffer<T>(DataViewRowCursor source, DataViewSchema.Column column) : ColumnBuffer
{
    private readonly ValueGetter<VBuffer<T>> _read = source.GetGetter<VBuffer<T>>(column);
    private VBuffer<T>[] _values = [];

    public override void Resize(int rows) => Array.Resize(ref _values, rows);

    public override void Read(int row)
    {
        _read(ref _values[row]);
        if (_values[row] is VBuffer<ReadOnlyMemory<char>> texts)
        {
            _values[row] = (VBuffer<T>)(object)WithOwnTexts(texts);
        }
    }

    public override Delegate Getter(Func<int> currentRow)
    {
        ValueGetter<VBuffer<T>> getter = (ref VBuffer<T> value) => _values[currentRow()].CopyTo(ref value);
        return getter;
    }

    private static VBuffer<ReadOnlyMemory<char>> WithOwnTexts(VBuffer<ReadOnlyMemory<char>> texts)
    {
        ReadOnlyMemory<char>[] copies = [.. texts.GetValues().ToArray().Select(text => text.ToString().AsMemory())];
        return texts.IsDense
            ? new VBuffer<ReadOnlyMemory<char>>(texts.Length, copies)
            : new VBuffer<ReadOnlyMemory<char>>(texts.Length, copies.Length, copies, texts.GetIndices().ToArray());
    }
}
