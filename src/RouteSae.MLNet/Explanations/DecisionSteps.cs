using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using RouteSae.MLNet.Models;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Explanations;

/// <summary>The steps of a model up to the predictor that decides; what follows it (calibrators, names of classes) does not matter to an explanation.</summary>
/// <param name="Parts">The steps in order; the last one is the predictor.</param>
/// <param name="FeatureColumn">The vector that the predictor reads.</param>
/// <param name="Predictor">The predictor's parameters.</param>
/// <param name="Sources">Where the columns before the predictor come from.</param>
internal sealed record DecisionSteps(IReadOnlyList<ITransformer> Parts, string FeatureColumn, object Predictor, ColumnSources Sources)
{
    /// <summary>The RouteSae columns that the predictor reads, directly or through other steps.</summary>
    public IReadOnlyList<RouteSaeTransformer> Featurizers => [.. Sources.Of(FeatureColumn)];

    /// <summary>Finds the steps of a model, or says in <paramref name="problem"/> why its decisions cannot be explained.</summary>
    public static DecisionSteps? Find(ITransformer model, DataViewSchema inputSchema, out string problem)
    {
        var parts = ModelParts.Of(model).ToList();
        var deciding = parts.FindLastIndex(part => part is IPredictionTransformer<object> { Model: not ICalibrator });
        if (deciding < 0 || !parts.OfType<RouteSaeTransformer>().Any())
        {
            problem = $"The model has no {(deciding < 0 ? "predictor" : "RouteSae column")}, so there is no decision over named features to explain. "
                + "Give a model with mlContext.Transforms.RouteSae and a trainer in its pipeline.";
            return null;
        }

        var sources = ColumnSources.Trace(parts.Take(deciding), inputSchema);
        var predictor = ((IPredictionTransformer<object>)parts[deciding]).Model;
        var features = FeatureColumnOf(parts[deciding], sources.Schema);
        problem = features is null
            ? $"The predictor {NameOf(predictor)} cannot be explained, because it does not decide over one vector of features. "
                + "Use a trainer with one feature column, such as LbfgsMaximumEntropy or LightGbm."
            : ProblemOf(predictor, features, sources) ?? "";
        return problem.Length > 0 ? null : new DecisionSteps([.. parts.Take(deciding + 1)], features!, predictor, sources);
    }

    private static string? ProblemOf(object predictor, string features, ColumnSources sources)
    {
        var featurizers = sources.Of(features);
        if (featurizers.Count == 0)
        {
            return $"The predictor {NameOf(predictor)} reads the column '{features}', which has nothing of a RouteSae column, so there is no decision over "
                + "named features to explain. Put the RouteSae column into it, for instance with mlContext.Transforms.Concatenate.";
        }

        var lost = featurizers.FirstOrDefault(featurizer => sources.Schema.GetColumnOrNull(featurizer.InputColumnName)?.Type is not TextDataViewType);
        return lost is null ? null
            : $"The text column '{lost.InputColumnName}', which the RouteSae column '{lost.OutputColumnName}' reads, was dropped or overwritten before the "
                + $"predictor {NameOf(predictor)}, so what the features fired on cannot be shown. Keep it; give the columns that follow other names.";
    }

    private static string? FeatureColumnOf(ITransformer predictor, DataViewSchema schema) =>
        predictor is ISingleFeaturePredictionTransformer<object> { FeatureColumnName: { } column, Model: not PriorModelParameters }
        && schema.GetColumnOrNull(column)?.Type is VectorDataViewType { ItemType: NumberDataViewType item } && item == NumberDataViewType.Single ? column : null;

    private static string NameOf(object predictor) => predictor.GetType().Name.Split('`')[0].Replace("ModelParameters", "", StringComparison.Ordinal);
}
