namespace RouteSae.MLNet.Experiments;

/// <summary>What an experiment chooses by. It also says whether the task has several classes or two.</summary>
public enum ExperimentMetric
{
    /// <summary>Several classes: the mean of the classes' accuracies, 0 to 1. The default: a rare class counts as much as a common one.</summary>
    MacroAccuracy,

    /// <summary>Several classes: the share of rows with the right class, 0 to 1.</summary>
    MicroAccuracy,

    /// <summary>Several classes: the mean of −ln p(right class) in nats; the smaller the better.</summary>
    MulticlassLogLoss,

    /// <summary>Two classes: the share of rows with the right class, 0 to 1.</summary>
    BinaryAccuracy,

    /// <summary>Two classes: the probability that a positive row scores above a negative one, 0 to 1.</summary>
    AreaUnderRocCurve,

    /// <summary>Two classes: 2 · precision · recall / (precision + recall) of the positive one, 0 to 1; 0 where no row is predicted positive.</summary>
    F1Score,

    /// <summary>Two classes: the mean of −log2 p(right class) in bits, as ML.NET counts it; the smaller the better. Only for trainers that give probabilities.</summary>
    BinaryLogLoss,
}
