using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.Tests.Compatibility;

/// <summary>A view written by a user of ML.NET. Its cursor hands out every text in the same array of characters.</summary>
internal sealed class ReusingDataView : IDataView
{
    private readonly string[] _texts;

    public ReusingDataView(string[] texts)
    {
        _texts = texts;
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Text", TextDataViewType.Instance);
        Schema = builder.ToSchema();
    }

    public DataViewSchema Schema { get; }

    public bool CanShuffle => false;

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => new Cursor(this);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [new Cursor(this)];

    private sealed class Cursor(ReusingDataView view) : DataViewRowCursor
    {
        private readonly char[] _characters = new char[1000];
        private int _row = -1;

        public override DataViewSchema Schema => view.Schema;

        public override long Position => _row;

        public override long Batch => 0;

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override bool MoveNext()
        {
            if (++_row == view._texts.Length)
            {
                return false;
            }

            Array.Fill(_characters, '?');
            view._texts[_row].CopyTo(_characters);
            return true;
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)_row, 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            ValueGetter<ReadOnlyMemory<char>> getter = (ref ReadOnlyMemory<char> value) => value = _characters.AsMemory(0, view._texts[_row].Length);
            return (ValueGetter<TValue>)(Delegate)getter;
        }
    }
}
