using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.DataViews;

/// <summary>The cursor of a reader that asks for features: steps through windows of rows (<see cref="RowWindow"/>).</summary>
internal sealed class WindowCursor : DataViewRowCursor
{
    private readonly OutputBinding _binding;
    private readonly DataViewRowCursor _source;
    private readonly bool[] _active;
    private readonly RowWindow _window;
    private readonly RepeatedPasses _passes;
    private int _row = -1;
    private long _position = -1;
    private bool _finished;

    public WindowCursor(OutputBinding binding, DataViewRowCursor source, bool[] active, RepeatedPasses passes)
    {
        (_binding, _source, _active, _passes) = (binding, source, active, passes);
        _window = new RowWindow(binding, source, active);
    }

    public override DataViewSchema Schema => _binding.Schema;

    public override long Position => _position;

    public override long Batch => _position < 0 ? 0 : _window.Batch(_row);

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override bool MoveNext()
    {
        if (_finished)
        {
            return false;
        }

        if (++_row < _window.Count)
        {
            _position++;
            return true;
        }

        _row = 0;
        _finished = !_window.Fill();
        _position = _finished ? -1 : _position + 1;
        if (_finished)
        {
            _passes.Ended(_window.Computed);
        }

        return !_finished;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = _window.Id(CurrentRow());

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        _binding.CheckActive(column, _active);
        return _binding.IsOutput(column)
            ? _binding.OutputGetter<TValue>(column, () => _window.Codes(CurrentRow()))
            : OutputBinding.As<TValue>(_window.Column(column.Index).Getter(CurrentRow), column);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _finished = true;
            _position = -1;
            _source.Dispose();
        }

        base.Dispose(disposing);
    }

    private int CurrentRow() =>
        _position >= 0 ? _row : throw new InvalidOperationException("The cursor is not on a row: call MoveNext first, and stop when it returns false.");
}
