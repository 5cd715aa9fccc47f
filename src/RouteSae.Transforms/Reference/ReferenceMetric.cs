using RouteSae.Evaluation;

namespace RouteSae.Reference;

/// <summary>The metrics of the authors' evaluation program, of which a run computes one.</summary>
public enum ReferenceMetric
{
    /// <summary><c>NormMSE</c>: <see cref="MeanNormalizedMse"/>.</summary>
    NormalizedMse,

    /// <summary><c>KLDiv</c>: <see cref="KlDivergence.PerSequence"/>.</summary>
    KlDivergence,

    /// <summary><c>DeltaCE</c>: <see cref="Evaluation.DeltaCrossEntropy"/>.</summary>
    DeltaCrossEntropy,

    /// <summary><c>Recovered</c>: <see cref="Evaluation.LossRecovered"/> by zero ablation.</summary>
    LossRecovered,
}
