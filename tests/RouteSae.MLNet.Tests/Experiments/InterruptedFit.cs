using Microsoft.ML;

namespace RouteSae.MLNet.Tests.Experiments;

/// <summary>A trainer during whose fit something happens, and which keeps what the fit throws.</summary>
internal sealed class InterruptedFit(IEstimator<ITransformer> inner, Action interrupt) : IEstimator<ITransformer>
{
    public Exception? Error { get; private set; }

    public ITransformer Fit(IDataView input)
    {
        interrupt();
        try
        {
            return inner.Fit(input);
        }
        catch (Exception exception)
        {
            Error = exception;
            throw;
        }
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inner.GetOutputSchema(inputSchema);
}
