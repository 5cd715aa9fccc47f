using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace TextClassification;

/// <summary>A text classifier: a featuriser and a linear model that gives each class a weight for each feature.</summary>
public sealed class Classifier(MLContext ml, ITransformer model)
{
    /// <summary>The ML.NET model, ready to be saved.</summary>
    public ITransformer Model => model;

    /// <summary>
    /// Fits label key → features, each row of length 1 → maximum entropy → label. Without L1 the answer is well determined, and with
    /// rows of length 1 one L2 suits most features (docs/classification.md).
    /// </summary>
    public static Classifier Fit(MLContext ml, IDataView train, IEstimator<ITransformer> featurizer)
    {
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Class", "Label")
            .Append(featurizer)
            .Append(ml.Transforms.NormalizeLpNorm("Features"))
            .AppendCacheCheckpoint(ml)
            .Append(ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy("Class", l1Regularization: 0, l2Regularization: 0.03f))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        return new Classifier(ml, pipeline.Fit(train));
    }

    /// <summary>Predicts every row.</summary>
    public IReadOnlyList<Prediction> Predict(IDataView data) =>
        [.. ml.Data.CreateEnumerable<Prediction>(model.Transform(data), reuseRowObject: false, ignoreMissingColumns: true)];

    /// <summary>The classes in the order of the scores.</summary>
    public IReadOnlyList<string> Labels(IDataView data)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        model.Transform(data).Schema["Score"].GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    /// <summary>The weight of each feature for each class: [class][feature].</summary>
    public IReadOnlyList<float[]> Weights()
    {
        var parameters = ((IEnumerable<ITransformer>)model)
            .OfType<MulticlassPredictionTransformer<MaximumEntropyModelParameters>>().Single().Model;
        VBuffer<float>[] weights = [];
        parameters.GetWeights(ref weights, out _);
        return [.. weights.Select(w => w.DenseValues().ToArray())];
    }
}
