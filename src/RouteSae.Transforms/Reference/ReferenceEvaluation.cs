using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Statistics;
using RouteSae.Checks;
using RouteSae.Evaluation;
using RouteSae.LanguageModels;
using RouteSae.Native;
using static TorchSharp.torch;

namespace RouteSae.Reference;

/// <summary>
/// The authors' evaluation program: one metric a run, over every position with its padding, averaged batch by batch. For
/// comparison with published numbers; <see cref="AutoencoderEvaluator"/> is the one to use. Borrows both models.
/// </summary>
/// <remarks>
/// For MLSAE the program reads hidden states 3 to 11 and puts the reconstruction of the i-th of them, counted from 0, in
/// the place of hidden state i + 1, two layers too low; its average divides by 9 however many hidden states there are.
/// A random-layer model keeps the hidden state that its seed gives for the whole run, where the program draws one a batch.
/// </remarks>
public sealed class ReferenceEvaluation
{
    private const int MultiLayerDivisor = 9;

    private readonly DecoderModel _languageModel;
    private readonly AutoencoderModel _autoencoder;
    private readonly ReferenceEvaluationOptions _options;

    /// <summary>Prepares a run.</summary>
    /// <param name="languageModel">The language model, with its output head unless the metric is <see cref="ReferenceMetric.NormalizedMse"/>.</param>
    /// <param name="autoencoder">An autoencoder with <see cref="Fidelity.Reference"/>.</param>
    /// <param name="options">Default: <see cref="ReferenceEvaluationOptions"/> as documented.</param>
    /// <exception cref="ArgumentException">The authors' program has no such metric for this autoencoder, or the models do not fit together; the message lists every problem.</exception>
    public ReferenceEvaluation(DecoderModel languageModel, AutoencoderModel autoencoder, ReferenceEvaluationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(languageModel);
        ArgumentNullException.ThrowIfNull(autoencoder);
        (_languageModel, _autoencoder, _options) = (languageModel, autoencoder, options ?? new ReferenceEvaluationOptions());
        ArchitectureCheck.ThrowIfAny("The reference's evaluation", [.. ReferenceEvaluationCheck.Problems(languageModel, autoencoder, _options.Metric)]);
    }

    private bool Downstream => _options.Metric != ReferenceMetric.NormalizedMse;

    /// <summary>Evaluates.</summary>
    /// <param name="batches">Gone through once; each batch is disposed when it has been evaluated. Their real tokens are not looked at.</param>
    /// <param name="cancellationToken">Looked at before every batch.</param>
    /// <exception cref="ArgumentException">There is no batch.</exception>
    /// <exception cref="OperationCanceledException">Evaluation was cancelled.</exception>
    public ReferenceEvaluationReport Evaluate(IEnumerable<EvaluationBatch> batches, CancellationToken cancellationToken = default)
    {
        TorchRuntime.UseThreads();
        var share = new RoutingShare(_autoencoder.HiddenStates.Count);
        var (losses, activeLatents) = (new List<double>(), new List<double>());
        foreach (var batch in batches)
        {
            using (batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Add(batch, losses, activeLatents, share);
            }
        }
        return new ReferenceEvaluationReport
        {
            AverageLoss = Average(losses, activeLatents.Count),
            BatchLosses = losses,
            BatchActiveLatents = activeLatents,
            LayerWeightSums = share.Sums,
        };
    }

    private double Average(IReadOnlyList<double> losses, int batches)
    {
        if (batches == 0)
            throw new ArgumentException("There is nothing to evaluate: there is no batch.", nameof(batches));
        return losses.Sum() / batches / (_autoencoder is MultiLayerModel ? MultiLayerDivisor : 1);
    }

    private void Add(EvaluationBatch batch, List<double> losses, List<double> activeLatents, RoutingShare share)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var request = new ForwardRequest { HiddenStates = _autoencoder.HiddenStates, Logits = Downstream };
        var output = _languageModel.Forward(batch.InputIds, batch.AttentionMask, request);
        var hiddenStates = _autoencoder.HiddenStates.Select(index => output.HiddenState(index).flatten(0, 1)).ToArray(); // L x [B · S, D]
        var encoded = _autoencoder.Forward(hiddenStates, _options.Selection);
        share.Add(encoded.LayerWeights);
        var active = new MeanActiveLatents();
        active.Add(encoded.Codes);
        activeLatents.Add(active.Value);
        losses.AddRange(Downstream ? DownstreamLosses(batch, output.Logits!, hiddenStates) : ReconstructionErrors(encoded));
    }

    private IEnumerable<double> ReconstructionErrors(EncodedActivations encoded)
    {
        var slices = _autoencoder is MultiLayerModel ? _autoencoder.HiddenStates.Count : 1;
        foreach (var (reconstruction, x) in encoded.Reconstruction.chunk(slices).Zip(encoded.Targets.chunk(slices)))
        {
            var metric = new MeanNormalizedMse();
            metric.Add(reconstruction, x);
            yield return metric.Value;
        }
    }

    private IEnumerable<double> DownstreamLosses(EvaluationBatch batch, Tensor original, Tensor[] hiddenStates)
    {
        using var places = arange(batch.InputIds.NumberOfElements, ScalarType.Int64, _languageModel.Device);
        var forward = new EditedForward(_languageModel, batch, places);
        foreach (var pass in Hooks(_autoencoder.Replacements(hiddenStates, _options.Selection)!))
        {
            using var scope = NewDisposeScope();
            yield return Loss(forward, pass, original, batch.InputIds);
        }
    }

    /// <summary>Which hidden states the program's hooks replace.</summary>
    private IEnumerable<ReplacementPass> Hooks(IReadOnlyList<ReplacementPass> passes) => _autoencoder switch
    {
        RouteSaeModel when _options.LayerResult == DecoderLayerResult.Tuple => [new ReplacementPass([])],
        MultiLayerModel => passes.Select((pass, place) => new ReplacementPass([pass.Replacements[0] with { HiddenState = place + 1 }])),
        _ => passes,
    };

    private double Loss(EditedForward forward, ReplacementPass pass, Tensor original, Tensor inputIds)
    {
        var replaced = forward.Logits(pass, Ablation.Reconstruction);
        if (_options.Metric == ReferenceMetric.KlDivergence)
        {
            var divergence = new KlDivergence();
            divergence.Add(original, replaced);
            return divergence.PerSequence;
        }
        var (before, after) = (CrossEntropy(original, inputIds), CrossEntropy(replaced, inputIds));
        return _options.Metric == ReferenceMetric.DeltaCrossEntropy
            ? DeltaCrossEntropy.Of(before, after)
            : LossRecovered.Of(before, after, CrossEntropy(forward.Logits(pass, Ablation.Zero), inputIds), Fidelity.Reference);
    }

    private static double CrossEntropy(Tensor logits, Tensor inputIds)
    {
        var metric = new NextTokenCrossEntropy();
        metric.Add(logits, inputIds);
        return metric.Value;
    }
}
