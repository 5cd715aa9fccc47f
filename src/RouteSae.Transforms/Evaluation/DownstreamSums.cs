using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Evaluation;

/// <summary>The metrics of one replacement pass, over batches.</summary>
internal sealed class DownstreamSums
{
    private readonly KlDivergence _divergence = new();
    private readonly NextTokenCrossEntropy _replaced = new();
    private readonly NextTokenCrossEntropy _zero = new();
    private readonly NextTokenCrossEntropy _mean = new();

    /// <summary>Runs the pass three times and takes note of what comes out.</summary>
    /// <param name="original">Logits of the unchanged pass, [B, S, V].</param>
    /// <param name="forward">The changed passes.</param>
    /// <param name="pass">What is replaced.</param>
    /// <param name="mean">The mean ablation.</param>
    /// <param name="batch">The sequences.</param>
    public void Add(Tensor original, EditedForward forward, ReplacementPass pass, Func<Replacement, Tensor, Tensor> mean, EvaluationBatch batch)
    {
        using var predicted = batch.PredictedTokens();
        using (var replaced = forward.Logits(pass, Ablation.Reconstruction))
        {
            _divergence.Add(original, replaced, batch.RealTokens);
            _replaced.Add(replaced, batch.InputIds, predicted);
        }
        using (var zero = forward.Logits(pass, Ablation.Zero))
            _zero.Add(zero, batch.InputIds, predicted);
        using (var ablated = forward.Logits(pass, mean))
            _mean.Add(ablated, batch.InputIds, predicted);
    }

    /// <param name="original">Cross-entropy of the unchanged model.</param>
    /// <param name="fidelity">Of the loss recovered.</param>
    public DownstreamReport Report(NextTokenCrossEntropy original, Fidelity fidelity) => new()
    {
        Predictions = original.Predictions,
        CrossEntropy = original.Value,
        ReplacedCrossEntropy = _replaced.Value,
        ZeroAblatedCrossEntropy = _zero.Value,
        MeanAblatedCrossEntropy = _mean.Value,
        DeltaCrossEntropy = DeltaCrossEntropy.Of(original.Value, _replaced.Value),
        LossRecoveredFromZero = LossRecovered.Of(original.Value, _replaced.Value, _zero.Value, fidelity),
        LossRecoveredFromMean = LossRecovered.Of(original.Value, _replaced.Value, _mean.Value, fidelity),
        KlPerToken = _divergence.PerToken,
        KlPerSequence = _divergence.PerSequence,
    };

    /// <summary>The mean of every number but the count.</summary>
    public static DownstreamReport Mean(IReadOnlyList<DownstreamReport> reports) => new()
    {
        Predictions = reports[0].Predictions,
        CrossEntropy = reports.Average(report => report.CrossEntropy),
        ReplacedCrossEntropy = reports.Average(report => report.ReplacedCrossEntropy),
        ZeroAblatedCrossEntropy = reports.Average(report => report.ZeroAblatedCrossEntropy),
        MeanAblatedCrossEntropy = reports.Average(report => report.MeanAblatedCrossEntropy),
        DeltaCrossEntropy = reports.Average(report => report.DeltaCrossEntropy),
        LossRecoveredFromZero = reports.Average(report => report.LossRecoveredFromZero),
        LossRecoveredFromMean = reports.Average(report => report.LossRecoveredFromMean),
        KlPerToken = reports.Average(report => report.KlPerToken),
        KlPerSequence = reports.Average(report => report.KlPerSequence),
    };
}
