using Microsoft.ML;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Explanations;

/// <summary>Which RouteSae columns the values of a model's columns are made of.</summary>
internal sealed class ColumnSources
{
    private readonly Dictionary<string, HashSet<RouteSaeTransformer>> _ever = [];
    private Dictionary<string, HashSet<RouteSaeTransformer>> _now = [];

    private ColumnSources(DataViewSchema schema)
    {
        Schema = schema;
        foreach (var column in schema)
        {
            Set(column.Name, []);
        }
    }

    /// <summary>The columns behind the last step.</summary>
    public DataViewSchema Schema { get; private set; }

    /// <summary>The names that a column had at any step.</summary>
    public IEnumerable<string> Names => _ever.Keys;

    /// <summary>Follows the columns through the steps.</summary>
    public static ColumnSources Trace(IEnumerable<ITransformer> parts, DataViewSchema inputSchema)
    {
        var sources = new ColumnSources(inputSchema);
        foreach (var part in parts)
        {
            sources.Pass(part);
        }

        return sources;
    }

    /// <summary>What a column behind the last step is made of.</summary>
    public IReadOnlySet<RouteSaeTransformer> Of(string column) => _now.GetValueOrDefault(column) ?? [];

    /// <summary>What all columns that had this name at some step were made of.</summary>
    public IReadOnlySet<RouteSaeTransformer> EverOf(string column) => _ever.GetValueOrDefault(column) ?? [];

    private void Pass(ITransformer part)
    {
        var (before, input) = (_now, Schema);
        Schema = part.GetOutputSchema(input);
        _now = [];
        var mapper = part is not RouteSaeTransformer && part.IsRowToRowMapper ? part.GetRowToRowMapper(input) : null;
        foreach (var column in Schema.Where(column => !column.IsHidden))
        {
            Set(column.Name, part is RouteSaeTransformer own
                ? Added(own, column, input) ?? before[column.Name]
                : mapper is null
                    ? [.. before.Values.SelectMany(sources => sources)] // any of them
                    : [.. mapper.GetDependencies([column]).SelectMany(needed => before.GetValueOrDefault(needed.Name) ?? [])]);
        }
    }

    // Its other columns (tokens, routing) hold no latents.
    private static HashSet<RouteSaeTransformer>? Added(RouteSaeTransformer own, DataViewSchema.Column column, DataViewSchema input) =>
        column.Index < input.Count ? null : column.Name == own.OutputColumnName ? [own] : [];

    private void Set(string column, HashSet<RouteSaeTransformer> sources)
    {
        _now[column] = sources;
        _ever[column] = [.. sources, .. EverOf(column)];
    }
}
