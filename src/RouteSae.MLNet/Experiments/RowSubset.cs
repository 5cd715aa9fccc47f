using Microsoft.ML;

namespace RouteSae.MLNet.Experiments;

/// <summary>Some rows of a view, in its order. The view must give its rows in the same order each time; nothing here shuffles.</summary>
internal sealed class RowSubset(IDataView source, bool[] kept) : IDataView
{
    public DataViewSchema Schema => source.Schema;

    public bool CanShuffle => false;

    public long? GetRowCount() => kept.Count(keep => keep);

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new RowSubsetCursor(source.GetRowCursor(columnsNeeded), kept);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded)];
}
