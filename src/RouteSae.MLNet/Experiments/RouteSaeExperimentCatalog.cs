using RouteSae.MLNet.Experiments;
using RouteSae.MLNet.Models;

namespace Microsoft.ML;

/// <summary>Experiments in ML.NET's context.</summary>
public static class RouteSaeExperimentCatalog
{
    /// <summary>
    /// Creates an experiment that finds options of the RouteSae column and a linear trainer for a text classification task. For tuners
    /// that learn from their trials use Microsoft.ML.AutoML, which reads the same attributes.
    /// </summary>
    /// <param name="mlContext">The context; its seed decides where the settings have none.</param>
    /// <param name="options">Settings; when null the columns are Text and Label, and the task is one of several classes.</param>
    /// <returns>The experiment, to be narrowed, added to, and run.</returns>
    /// <example>
    /// <code>
    /// using var result = mlContext.RouteSaeExperiment(new RouteSaeExperimentOptions { MaxTrials = 20 })
    ///     .Vary(o => o.Pooling, Pooling.Max, Pooling.Mean)
    ///     .Execute(data);
    /// mlContext.Model.SaveAtomically(result.BestModel, data.Schema, "model.zip");
    /// </code>
    /// </example>
    public static RouteSaeExperiment RouteSaeExperiment(this MLContext mlContext, RouteSaeExperimentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        return new RouteSaeExperiment(mlContext, options ?? new RouteSaeExperimentOptions(), FeatureModelLoader.Open);
    }
}
