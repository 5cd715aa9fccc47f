using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.DataViews;

/// <summary>The cursor of a reader that does not ask for features: the source under the wider schema.</summary>
internal sealed class PassThroughCursor(OutputBinding binding, DataViewRowCursor source, bool[] active) : DataViewRowCursor
{
    public override DataViewSchema Schema => binding.Schema;

    public override long Position => source.Position;

    public override long Batch => source.Batch;

    public override bool MoveNext() => source.MoveNext();

    public override ValueGetter<DataViewRowId> GetIdGetter() => source.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        binding.CheckActive(column, active);
        return source.GetGetter<TValue>(source.Schema[column.Index]);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            source.Dispose();
        }

        base.Dispose(disposing);
    }
}
