using Microsoft.ML;

namespace RouteSae.MLNet.Tests.Compatibility;

/// <summary>Estimators by the name of their catalogue method.</summary>
internal sealed class NamedEstimators : Dictionary<string, Func<MLContext, IEstimator<ITransformer>>>
{
    public TheoryData<string> Names => [.. Keys.Order(StringComparer.Ordinal)];
}
