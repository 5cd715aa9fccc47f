using RouteSae.MLNet;
using RouteSae.MLNet.Interop;
using RouteSae.MLNet.Pipelines;

namespace Microsoft.ML;

/// <summary>RouteSae in ML.NET's catalogues.</summary>
public static class RouteSaeCatalog
{
    /// <summary>
    /// Creates a <see cref="RouteSaeEstimator"/>, which turns text into sparse, named features of a language model's hidden states.
    /// </summary>
    /// <remarks>
    /// <format type="text/markdown"><![CDATA[
    /// ### Input and output
    ///
    /// | | |
    /// | -- | -- |
    /// | Input column type | [Text](xref:Microsoft.ML.Data.TextDataViewType), a scalar. An empty text gives a vector of zeros. |
    /// | Output column type | Known-sized [vector](xref:Microsoft.ML.Data.VectorDataViewType) of [Single](xref:System.Single), sparse: one slot a latent, or as many as `TopFeatures` and `AdditionalPoolings` ask for. |
    /// | Output annotations | `SlotNames`: the latent and the tokens on which it fires most strongly, such as `f12 ·  Olympics| Olympic| medal`. |
    /// | Further columns | Those that `RouteSaeOptions` names: the routed activation, the routing share, the tokens and their features. |
    ///
    /// ### Estimator characteristics
    ///
    /// | | |
    /// | -- | -- |
    /// | Does this estimator need to look at the data to train its parameters? | Only for `TopFeatures`, weights by document frequency, and `Training` |
    /// | Required NuGet in addition to Microsoft.ML | RouteSae.MLNet, and the native libtorch of the application |
    /// | Exportable to ONNX | No |
    ///
    /// The estimator keeps the codes of the texts that it has seen, up to `CacheMegabytes`, so that trainers of many passes (SdcaMaximumEntropy,
    /// OneVersusAll, averaged perceptrons) and folds run the network once. Where the texts are more than it holds, or the model was loaded,
    /// each pass over the output runs the network again: then put `AppendCacheCheckpoint(mlContext)` behind this estimator.
    /// ]]></format>
    /// </remarks>
    /// <param name="catalog">The transforms catalogue.</param>
    /// <param name="outputColumnName">Name of the column that is added.</param>
    /// <param name="inputColumnName">Name of the text column that is read; the output's name when null.</param>
    /// <param name="options">Settings; the embedded model and max pooling when null.</param>
    /// <exception cref="System.ArgumentException">A column name is empty, or settings are not valid; the message lists all of them.</exception>
    /// <example>
    /// <code>
    /// var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
    ///     .Append(mlContext.Transforms.RouteSae("Features", "Text"))
    ///     .Append(mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy());
    /// </code>
    /// </example>
    public static RouteSaeEstimator RouteSae(
        this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, RouteSaeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new RouteSaeEstimator(MlNetInterop.Environment(catalog), outputColumnName, inputColumnName, options);
    }

    /// <summary>
    /// Makes saved RouteSae models loadable where ML.NET does not find them by itself (a host that hides assembly attributes, or
    /// loads assemblies into contexts of their own). Elsewhere it is not needed, and does no harm.
    /// </summary>
    /// <param name="mlContext">The context that will load models.</param>
    /// <returns>The same context.</returns>
    public static MLContext RegisterRouteSae(this MLContext mlContext)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        mlContext.ComponentCatalog.RegisterAssembly(typeof(RouteSaeTransformer).Assembly);
        return mlContext;
    }
}
