using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.Tests.DataViews;

/// <summary>Reads the pass-through columns of <see cref="Article"/> rows from a cursor.</summary>
internal sealed class RowReader(DataViewRowCursor cursor)
{
    private readonly ValueGetter<ReadOnlyMemory<char>> _text = cursor.GetGetter<ReadOnlyMemory<char>>(cursor.Schema["Text"]);
    private readonly ValueGetter<float> _number = cursor.GetGetter<float>(cursor.Schema["Number"]);
    private readonly ValueGetter<VBuffer<float>> _vector = cursor.GetGetter<VBuffer<float>>(cursor.Schema["Vector"]);
    private readonly ValueGetter<DataViewRowId> _id = cursor.GetIdGetter();

    public RowValues Read()
    {
        ReadOnlyMemory<char> text = default;
        float number = 0;
        VBuffer<float> vector = default;
        DataViewRowId id = default;
        _text(ref text);
        _number(ref number);
        _vector(ref vector);
        _id(ref id);
        return new RowValues(text.ToString(), number, [.. vector.DenseValues()], id);
    }
}
