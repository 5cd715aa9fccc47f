using Microsoft.ML;
using RouteSae.Features;

namespace RouteSae.MLNet.DataViews;

/// <summary>A source schema with the output columns appended. Source columns keep their indices; the outputs follow them.</summary>
internal sealed class OutputBinding
{
    private readonly int _text;

    public OutputBinding(DataViewSchema source, OutputColumns output)
    {
        Output = output;
        Source = source;
        _text = InputColumn.Find(source, output.InputName).Index;

        var builder = new DataViewSchema.Builder();
        builder.AddColumns(source);
        foreach (var column in output.Columns)
        {
            builder.AddColumn(column.Name, column.Type, column.Annotations);
        }

        Schema = builder.ToSchema();
    }

    public OutputColumns Output { get; }

    public DataViewSchema Source { get; }

    public DataViewSchema Schema { get; }

    public bool IsOutput(DataViewSchema.Column column) => column.Index >= Source.Count;

    public bool IsOutputActive(bool[] active) => active.AsSpan(Source.Count).Contains(true);

    /// <summary>A getter of an output column, of the codes that <paramref name="current"/> gives when it is called.</summary>
    public ValueGetter<TValue> OutputGetter<TValue>(DataViewSchema.Column column, Func<TextCodes> current) =>
        As<TValue>(Output.Columns[column.Index - Source.Count].Getter(current), column);

    /// <summary>Which columns of <see cref="Schema"/> are asked for.</summary>
    public bool[] Active(IEnumerable<DataViewSchema.Column> columns)
    {
        var active = new bool[Schema.Count];
        foreach (var column in columns)
        {
            active[Checked(column)] = true;
        }

        return active;
    }

    /// <summary>The source columns that the active ones need.</summary>
    public IEnumerable<DataViewSchema.Column> Dependencies(bool[] active) =>
        Source.Where(column => active[column.Index] || (column.Index == _text && IsOutputActive(active)));

    public ValueGetter<ReadOnlyMemory<char>> TextGetter(DataViewRow row) => row.GetGetter<ReadOnlyMemory<char>>(row.Schema[_text]);

    /// <summary>The index of a column that somebody asks for the values of.</summary>
    public void CheckActive(DataViewSchema.Column column, bool[] active)
    {
        if (!active[Checked(column)])
        {
            throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' was not among the columns asked for when this cursor was made.");
        }
    }

    /// <summary>Converts a getter to the type that the caller wants.</summary>
    public static ValueGetter<TValue> As<TValue>(Delegate getter, DataViewSchema.Column column) =>
        getter as ValueGetter<TValue>
        ?? throw new InvalidOperationException($"Column '{column.Name}' holds {column.Type.RawType}, not {typeof(TValue)}.");

    private int Checked(DataViewSchema.Column column) =>
        (uint)column.Index < (uint)Schema.Count && Schema[column.Index].Name == column.Name
            ? column.Index
            : throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' does not belong to this schema.");
}
