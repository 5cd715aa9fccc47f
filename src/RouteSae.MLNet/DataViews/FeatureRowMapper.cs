using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.DataViews;

/// <summary>One row at a time, for prediction engines.</summary>
internal sealed class FeatureRowMapper(OutputBinding binding) : IRowToRowMapper
{
    public DataViewSchema InputSchema => binding.Source;

    public DataViewSchema OutputSchema => binding.Schema;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        [.. binding.Dependencies(binding.Active(dependingColumns))];

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) =>
        input.Schema == InputSchema
            ? new FeatureRow(binding, input, binding.Active(activeColumns))
            : throw new ArgumentException("The row's schema is not the one that this mapper was made for.", nameof(input));
}
