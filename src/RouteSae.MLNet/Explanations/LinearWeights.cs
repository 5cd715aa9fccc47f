using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace RouteSae.MLNet.Explanations;

/// <summary>The weights of a linear predictor.</summary>
/// <param name="ByClass">[class][slot], the mean over the classes taken off where there are several.</param>
/// <param name="Scale">What weights × values, and the bias, add up to.</param>
internal sealed record LinearWeights(float[][] ByClass, ContributionScale Scale)
{
    /// <summary>The weights of a predictor; null when it is not linear.</summary>
    public static LinearWeights? Of(object predictor) => predictor switch
    {
        MaximumEntropyModelParameters entropy => new(Centered(Multiclass(entropy)), ContributionScale.LogScore),
        LinearMulticlassModelParametersBase multiclass => new(Centered(Multiclass(multiclass)), ContributionScale.Score),
        PoissonRegressionModelParameters poisson => new([[.. poisson.Weights]], ContributionScale.LogScore),
        LinearModelParameters linear => new([[.. linear.Weights]], ContributionScale.Score),
        _ when SubModel(predictor) is LinearModelParameters linear => new([[.. linear.Weights]], ContributionScale.Score),
        _ => null,
    };

    private static float[][] Multiclass(LinearMulticlassModelParametersBase model)
    {
        VBuffer<float>[] weights = [];
        model.GetWeights(ref weights, out _);
        return Array.ConvertAll(weights, row => row.DenseValues().ToArray());
    }

    // The type of a calibrated predictor names those of its parts, which a loaded model does not keep; a derived one hides the property.
    private static object? SubModel(object predictor) =>
        predictor.GetType().GetProperties().FirstOrDefault(property => property.Name == "SubModel")?.GetValue(predictor);

    private static float[][] Centered(float[][] weights)
    {
        for (var slot = 0; slot < weights[0].Length; slot++)
        {
            var mean = 0.0;
            foreach (var row in weights)
            {
                mean += (double)row[slot] / weights.Length;
            }

            foreach (var row in weights)
            {
                row[slot] = (float)(row[slot] - mean);
            }
        }

        return weights;
    }
}
