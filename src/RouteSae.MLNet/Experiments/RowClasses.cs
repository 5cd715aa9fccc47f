using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.Experiments;

/// <summary>The class of each row.</summary>
internal static class RowClasses
{
    /// <summary>Reads the classes of prepared labels; a row whose own label is an empty text or a missing key has none.</summary>
    /// <param name="prepared">The data with a key or bool label.</param>
    /// <param name="original">The same rows with the label as the user gave it.</param>
    /// <param name="name">The label column.</param>
    /// <returns>A number from 1 for each class, 0 for a missing label; one a row.</returns>
    public static int[] Read(IDataView prepared, IDataView original, string name)
    {
        var classes = Numbers(prepared, name);
        return original.Schema[name].Type is TextDataViewType or KeyDataViewType
            ? [.. classes.Zip(Numbers(original, name), (number, own) => own == 0 ? 0 : number)]
            : classes;
    }

    private static int[] Numbers(IDataView data, string name)
    {
        var column = data.Schema[name];
        var raw = column.Type.RawType;
        return raw == typeof(bool) ? Numbers<bool>(data, column, value => value ? 2 : 1)
            : raw == typeof(ReadOnlyMemory<char>) ? Numbers<ReadOnlyMemory<char>>(data, column, value => value.IsEmpty ? 0 : 1)
            : raw == typeof(byte) ? Numbers<byte>(data, column, value => value)
            : raw == typeof(ushort) ? Numbers<ushort>(data, column, value => value)
            : raw == typeof(uint) ? Numbers<uint>(data, column, value => checked((int)value))
            : Numbers<ulong>(data, column, value => checked((int)value));
    }

    private static int[] Numbers<T>(IDataView data, DataViewSchema.Column column, Func<T, int> number)
    {
        var numbers = new List<int>();
        using var cursor = data.GetRowCursor([column]);
        var getter = cursor.GetGetter<T>(column);
        T value = default!;
        while (cursor.MoveNext())
        {
            getter(ref value);
            numbers.Add(number(value));
        }

        return [.. numbers];
    }
}
