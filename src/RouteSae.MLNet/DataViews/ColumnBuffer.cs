using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.DataViews;

/// <summary>The values of one source column for the rows of a window.</summary>
internal abstract class ColumnBuffer
{
    public static ColumnBuffer Create(DataViewRowCursor source, DataViewSchema.Column column)
    {
        var raw = column.Type.RawType;
        var isVector = raw.IsGenericType && raw.GetGenericTypeDefinition() == typeof(VBuffer<>);
        var type = raw == typeof(ReadOnlyMemory<char>) ? typeof(TextColumnBuffer)
            : isVector ? typeof(VectorColumnBuffer<>).MakeGenericType(raw.GetGenericArguments())
            : typeof(ScalarColumnBuffer<>).MakeGenericType(raw);
        return (ColumnBuffer)Activator.CreateInstance(type, source, column)!;
    }

    public abstract void Resize(int rows);

    /// <summary>Copies the value of the source's current row.</summary>
    public abstract void Read(int row);

    /// <summary>A getter of the row that <paramref name="currentRow"/> names when the getter is called.</summary>
    public abstract Delegate Getter(Func<int> currentRow);
}
