using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.MLNet.Interop;

namespace RouteSae.MLNet.DataViews;

/// <summary>The annotation that names the slots of a vector column.</summary>
internal static class SlotNames
{
    public const string Kind = "SlotNames";

    public static DataViewSchema.Annotations Annotations(IReadOnlyList<string> names)
    {
        var buffer = new VBuffer<ReadOnlyMemory<char>>(names.Count, [.. names.Select(name => name.AsMemory())]);
        ValueGetter<VBuffer<ReadOnlyMemory<char>>> getter = (ref VBuffer<ReadOnlyMemory<char>> value) => buffer.CopyTo(ref value);
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(Kind, new VectorDataViewType(TextDataViewType.Instance, names.Count), getter);
        return builder.ToAnnotations();
    }

    /// <summary>A vector column, with slot names or without, as an estimator announces it.</summary>
    public static SchemaShape.Column Shape(string column, SchemaShape.Column.VectorKind kind, DataViewType itemType, bool hasSlotNames)
    {
        SchemaShape.Column[] annotations = hasSlotNames
            ? [MlNetInterop.ShapeColumn(Kind, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance)]
            : [];
        return MlNetInterop.ShapeColumn(column, kind, itemType, new SchemaShape(annotations));
    }
}
