using Microsoft.ML.Data;

namespace RouteSae.MLNet.Tests.DataViews;

/// <summary>The pass-through values of a row.</summary>
internal sealed record RowValues(string Text, float Number, float[] Vector, DataViewRowId Id);
