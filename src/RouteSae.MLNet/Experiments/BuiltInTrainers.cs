using Microsoft.ML;
using Microsoft.ML.Trainers;

namespace RouteSae.MLNet.Experiments;

/// <summary>The trainers that an experiment tries unless told otherwise: linear models of Microsoft.ML, on one thread each, so that a seed decides their result.</summary>
public static class BuiltInTrainers
{
    private static readonly NamedTrainer[] Several =
    [
        MaximumEntropy("LbfgsMaximumEntropy L2=0.1", 0.1f),
        MaximumEntropy("LbfgsMaximumEntropy L2=1", 1),
        MaximumEntropy("LbfgsMaximumEntropy L2=10", 10),
        new("LbfgsMaximumEntropy L1=1", (ml, label, features) => ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(
            new LbfgsMaximumEntropyMulticlassTrainer.Options { LabelColumnName = label, FeatureColumnName = features, L1Regularization = 1, L2Regularization = 1, NumberOfThreads = 1 })),
        new("SdcaMaximumEntropy", (ml, label, features) => ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(
            new SdcaMaximumEntropyMulticlassTrainer.Options { LabelColumnName = label, FeatureColumnName = features, NumberOfThreads = 1, MaximumNumberOfIterations = 100 })),
    ];

    private static readonly NamedTrainer[] Two =
    [
        LogisticRegression("LbfgsLogisticRegression L2=0.1", 0.1f),
        LogisticRegression("LbfgsLogisticRegression L2=1", 1),
        LogisticRegression("LbfgsLogisticRegression L2=10", 10),
        new("SdcaLogisticRegression", (ml, label, features) => ml.BinaryClassification.Trainers.SdcaLogisticRegression(
            new SdcaLogisticRegressionBinaryTrainer.Options { LabelColumnName = label, FeatureColumnName = features, NumberOfThreads = 1, MaximumNumberOfIterations = 100 })),
        new("LinearSvm", (ml, label, features) => ml.BinaryClassification.Trainers.LinearSvm(label, features, numberOfIterations: 10)),
    ];

    /// <summary>Names of the trainers for several classes.</summary>
    public static IReadOnlyList<string> Multiclass { get; } = [.. Several.Select(trainer => trainer.Name)];

    /// <summary>Names of the trainers for two classes. LinearSvm gives no probabilities and has no log-loss.</summary>
    public static IReadOnlyList<string> Binary { get; } = [.. Two.Select(trainer => trainer.Name)];

    internal static IReadOnlyList<NamedTrainer> Of(bool binary) => binary ? Two : Several;

    private static NamedTrainer MaximumEntropy(string name, float l2) => new(name, (ml, label, features) => ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(
        new LbfgsMaximumEntropyMulticlassTrainer.Options { LabelColumnName = label, FeatureColumnName = features, L1Regularization = 0, L2Regularization = l2, NumberOfThreads = 1 }));

    private static NamedTrainer LogisticRegression(string name, float l2) => new(name, (ml, label, features) => ml.BinaryClassification.Trainers.LbfgsLogisticRegression(
        new LbfgsLogisticRegressionBinaryTrainer.Options { LabelColumnName = label, FeatureColumnName = features, L1Regularization = 0, L2Regularization = l2, NumberOfThreads = 1 }));
}
