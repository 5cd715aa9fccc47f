using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;

namespace RouteSae.MLNet.DataViews;

/// <summary>What the data views need to know of the transformer: the column that it adds and how to compute it.</summary>
/// <param name="InputName">The text column that is read.</param>
/// <param name="Name">The column that is added.</param>
/// <param name="Type">Its type: a vector of M singles.</param>
/// <param name="Annotations">Its slot names.</param>
/// <param name="WindowSize">The most rows that are read ahead and encoded together.</param>
/// <param name="Encode">Texts to vectors, in order; thread-safe.</param>
internal sealed record FeatureColumn(
    string InputName,
    string Name,
    VectorDataViewType Type,
    DataViewSchema.Annotations Annotations,
    int WindowSize,
    Func<IReadOnlyList<string?>, FeatureVector[]> Encode)
{
    /// <summary>The rows of a cursor's first window; each following one is twice as large, up to <see cref="WindowSize"/>.</summary>
    public int FirstWindowSize { get; init; } = 1;
}
