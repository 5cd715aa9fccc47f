using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace RouteSae.MLNet;

/// <summary>The weights of a linear predictor.</summary>
internal static class LinearWeights
{
    /// <summary>[class][slot], the mean over the classes taken off where there are several; null when the predictor is not linear.</summary>
    public static float[][]? Of(object predictor) => predictor switch
    {
        LinearMulticlassModelParametersBase multiclass => Centered(Multiclass(multiclass)),
        LinearModelParameters linear => [[.. linear.Weights]],
        _ when SubModel(predictor) is LinearModelParameters linear => [[.. linear.Weights]],
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
