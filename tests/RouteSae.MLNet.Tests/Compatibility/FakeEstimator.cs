using Microsoft.ML;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Tests.Compatibility;

/// <summary>Fits transformers over a <see cref="FakeModel"/>, which counts the texts that a network would have to read.</summary>
internal sealed class FakeEstimator(FakeModel model, int batchSize = 16) : IEstimator<RouteSaeTransformer>
{
    // Asked for its schema only; its bundle is never opened.
    private readonly RouteSaeEstimator _real = new MLContext().Transforms.RouteSae("Features", "Text");

    public RouteSaeTransformer Fit(IDataView input) => model.Transformer(batchSize);

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _real.GetOutputSchema(inputSchema);
}
