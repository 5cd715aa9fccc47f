using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.MLNet.DataViews;

namespace RouteSae.MLNet.Explanations;

/// <summary>What a model's scores are called.</summary>
internal static class ScoreNames
{
    /// <summary>The classes in the order of the scores, <c>True</c> of a binary classifier, <c>Score</c> of a regression; empty without scores.</summary>
    public static IReadOnlyList<string> Of(DataViewSchema schema) => schema.GetColumnOrNull("Score") switch
    {
        null => [],
        { Type: VectorDataViewType vector } score => Slots(score) ?? [.. Enumerable.Range(0, vector.Size).Select(index => $"class {index}")],
        _ => [schema.GetColumnOrNull("PredictedLabel")?.Type is BooleanDataViewType ? "True" : "Score"],
    };

    /// <summary>The names of a vector's slots; null where it has none.</summary>
    public static IReadOnlyList<string>? Slots(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull(SlotNames.Kind) is null)
        {
            return null;
        }

        VBuffer<ReadOnlyMemory<char>> names = default;
        column.GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }
}
