using Microsoft.ML;
using Microsoft.ML.Data;

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
}
