using Microsoft.ML;

namespace RouteSae.MLNet.Tests;

/// <summary>An estimator that changes nothing and remembers the schema shape it was asked about.</summary>
internal sealed class ShapeRecorder(MLContext ml) : IEstimator<ITransformer>
{
    public SchemaShape? Shape { get; private set; }

    public bool Fitted { get; private set; }

    public ITransformer Fit(IDataView input)
    {
        Fitted = true;
        return ml.Transforms.CopyColumns("Label", "Label").Fit(input);
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => Shape = inputSchema;
}
