using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.DataViews;

/// <summary>Finds the text column, or says why it cannot be used.</summary>
internal static class InputColumn
{
    public static DataViewSchema.Column Find(DataViewSchema schema, string name)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
        {
            throw Missing(name, schema.Where(c => !c.IsHidden).Select(c => c.Name));
        }

        return column.Type is TextDataViewType ? column : throw WrongType(name, Describe(column.Type));
    }

    public static void Check(SchemaShape shape, string name)
    {
        var column = shape.FirstOrDefault(c => c.Name == name);
        if (column.Name is null)
        {
            throw Missing(name, shape.Select(c => c.Name));
        }

        if (column.Kind != SchemaShape.Column.VectorKind.Scalar || column.ItemType is not TextDataViewType || column.IsKey)
        {
            throw WrongType(name, Describe(column));
        }
    }

    private static ArgumentOutOfRangeException Missing(string name, IEnumerable<string> present) =>
        new("inputColumnName", $"RouteSae reads the text column '{name}', but the data has no such column. Its columns: {string.Join(", ", present)}.");

    private static ArgumentOutOfRangeException WrongType(string name, string type) =>
        new("inputColumnName", $"RouteSae reads text, but column '{name}' is {type}. Name a column of one text (string) a row.");

    private static string Describe(DataViewType type) =>
        type is VectorDataViewType vector ? $"a vector of {Describe(vector.ItemType)}" : type is KeyDataViewType ? "a key" : type.ToString()!;

    private static string Describe(SchemaShape.Column column)
    {
        var item = column.IsKey ? "a key" : Describe(column.ItemType);
        return column.Kind == SchemaShape.Column.VectorKind.Scalar ? item : $"a vector of {item}";
    }
}
