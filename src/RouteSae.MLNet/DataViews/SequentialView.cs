using Microsoft.ML;

namespace RouteSae.MLNet.DataViews;

/// <summary>
/// The same data, read on the reader's thread. ML.NET otherwise spreads a cursor over several threads, which costs more than it brings
/// for a small batch, and makes native thread pools grow with each new thread that calls into them.
/// </summary>
internal sealed class SequentialView(IDataView source) : IDataView
{
    public DataViewSchema Schema => source.Schema;

    public bool CanShuffle => source.CanShuffle;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        source.GetRowCursorSet(columnsNeeded, 1, rand)[0];

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];
}
