using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.Experiments;

/// <summary>What the numbers of a key column mean.</summary>
internal static class KeyClasses
{
    /// <summary>Whether the same number means the same class in both columns.</summary>
    public static bool AreSame(DataViewSchema.Column left, DataViewSchema.Column right) =>
        left.Type.Equals(right.Type) && Values(left).SequenceEqual(Values(right));

    /// <summary>The values behind the keys, in order; none for a key without values.</summary>
    private static IEnumerable<object> Values(DataViewSchema.Column column) =>
        column.Annotations.Schema.GetColumnOrNull("KeyValues") is { Type: VectorDataViewType { ItemType: var item } }
            ? (IEnumerable<object>)typeof(KeyClasses).GetMethod(nameof(Read), BindingFlags.Static | BindingFlags.NonPublic)!
                .MakeGenericMethod(item.RawType).Invoke(null, BindingFlags.DoNotWrapExceptions, null, [column], null)!
            : [];

    private static object[] Read<T>(DataViewSchema.Column column)
    {
        VBuffer<T> values = default;
        column.Annotations.GetValue("KeyValues", ref values);
        return [.. values.DenseValues().Select(value => value is ReadOnlyMemory<char> text ? text.ToString() : (object)value!)];
    }
}
