using Microsoft.ML;

namespace RouteSae.MLNet.DataViews;

/// <summary>
/// A lazy view with the output columns added. A cursor that is asked for features reads a window of rows ahead from one source
/// cursor and runs the network once a window, when the first of them is read; one that is not passes the source through.
/// </summary>
internal sealed class FeatureDataView(IDataView source, OutputColumns output) : IDataView
{
    private readonly OutputBinding _binding = new(source.Schema, output);
    private readonly RepeatedPasses _passes = new(output);

    public DataViewSchema Schema => _binding.Schema;

    public bool CanShuffle => source.CanShuffle;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = _binding.Active(columnsNeeded);
        return Wrap(source.GetRowCursor(_binding.Dependencies(active), rand), active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var active = _binding.Active(columnsNeeded);
        if (_binding.IsOutputActive(active))
        {
            // The network is parallel inside; several cursors would only make smaller batches of the same work.
            return [Wrap(source.GetRowCursor(_binding.Dependencies(active), rand), active)];
        }

        return Array.ConvertAll(source.GetRowCursorSet(_binding.Dependencies(active), n, rand), cursor => Wrap(cursor, active));
    }

    private DataViewRowCursor Wrap(DataViewRowCursor cursor, bool[] active) =>
        _binding.IsOutputActive(active) ? new WindowCursor(_binding, cursor, active, _passes) : new PassThroughCursor(_binding, cursor, active);
}
