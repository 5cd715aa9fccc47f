using Microsoft.ML;

namespace RouteSae.MLNet.Tests.Experiments;

/// <summary>A trainer that shows what it is given before it fits.</summary>
internal sealed class WatchedFit(IEstimator<ITransformer> inner, Action<IDataView> watch) : IEstimator<ITransformer>
{
    public ITransformer Fit(IDataView input)
    {
        watch(input);
        return inner.Fit(input);
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inner.GetOutputSchema(inputSchema);
}
