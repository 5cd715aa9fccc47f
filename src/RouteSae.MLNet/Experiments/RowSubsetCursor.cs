using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.Experiments;

/// <summary>Steps over the rows that a <see cref="RowSubset"/> leaves out.</summary>
internal sealed class RowSubsetCursor(DataViewRowCursor source, bool[] kept) : DataViewRowCursor
{
    private long _row = -1;
    private long _position = -1;

    public override DataViewSchema Schema => source.Schema;

    public override long Position => _position;

    public override long Batch => source.Batch;

    public override bool MoveNext()
    {
        while (source.MoveNext())
        {
            if (kept[++_row])
            {
                _position++;
                return true;
            }
        }

        _position = -1;
        return false;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => source.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => source.IsColumnActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => source.GetGetter<TValue>(column);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            source.Dispose();
        }

        base.Dispose(disposing);
    }
}
