using Microsoft.ML;

namespace RouteSae.MLNet.Models;

/// <summary>The transformers of a model, chains within chains laid open, in the order in which the data passes them.</summary>
internal static class ModelParts
{
    public static IEnumerable<ITransformer> Of(ITransformer model) =>
        model is IEnumerable<ITransformer> chain ? chain.SelectMany(Of) : [model];
}
