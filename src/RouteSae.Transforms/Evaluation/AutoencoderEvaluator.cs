using RouteSae.Autoencoders;
using RouteSae.Checks;
using RouteSae.LanguageModels;
using RouteSae.Native;
using RouteSae.Reference;
using static TorchSharp.torch;

namespace RouteSae.Evaluation;

/// <summary>
/// Evaluates an autoencoder on what a language model computes from tokens: how well it reconstructs, how its latents fire, how
/// it routes, and what its reconstruction does to the language model's predictions. Borrows both models. Memory does not grow
/// with the number of batches.
/// </summary>
/// <remarks>
/// Real tokens alone are encoded, replaced and counted, also where the autoencoder was trained as the reference trains;
/// <see cref="ReferenceEvaluation"/> gives the numbers of the authors' program.
/// </remarks>
public sealed class AutoencoderEvaluator
{
    private readonly DecoderModel _languageModel;
    private readonly AutoencoderModel _autoencoder;
    private readonly EvaluationOptions _options;

    /// <summary>Prepares the evaluation.</summary>
    /// <param name="languageModel">The language model, with its output head unless <see cref="EvaluationOptions.Downstream"/> is false.</param>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="options">Default: <see cref="EvaluationOptions"/> as documented.</param>
    /// <exception cref="ArgumentException">The models and the options do not fit together; the message lists every problem.</exception>
    public AutoencoderEvaluator(DecoderModel languageModel, AutoencoderModel autoencoder, EvaluationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(languageModel);
        ArgumentNullException.ThrowIfNull(autoencoder);
        (_languageModel, _autoencoder, _options) = (languageModel, autoencoder, options ?? new EvaluationOptions());
        ArchitectureCheck.ThrowIfAny("The evaluation", [.. EvaluationCheck.Problems(languageModel, autoencoder, _options.Downstream)]);
    }

    /// <summary>Evaluates.</summary>
    /// <param name="batches">Gone through once; each batch is disposed when it has been evaluated. Batches without a real token are skipped.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancellationToken">Looked at before every batch.</param>
    /// <exception cref="ArgumentException">The batches hold no real token.</exception>
    /// <exception cref="InvalidOperationException">A hidden state is NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">Evaluation was cancelled.</exception>
    public EvaluationReport Evaluate(
        IEnumerable<EvaluationBatch> batches, IProgress<EvaluationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        TorchRuntime.UseThreads();
        var encoding = new EncodingSums(_autoencoder);
        var (original, downstream) = (new NextTokenCrossEntropy(), new List<DownstreamSums>());
        var (evaluated, tokens) = (0, 0L);
        foreach (var batch in batches)
        {
            using (batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                tokens += Add(batch, ++evaluated, encoding, original, downstream);
            }
            progress?.Report(new EvaluationProgress { Batches = evaluated, Tokens = tokens, NormalizedMse = encoding.NormalizedMse.Value });
        }
        if (tokens == 0)
            throw new ArgumentException("There is nothing to evaluate: the batches hold no real token.", nameof(batches));
        return encoding.Report(_autoencoder, tokens, Report(original, downstream));
    }

    private long Add(EvaluationBatch batch, int number, EncodingSums encoding, NextTokenCrossEntropy original, List<DownstreamSums> downstream)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var places = batch.RealPlaces(_languageModel.Device); // [N]
        if (places.shape[0] == 0)
            return 0;
        var request = new ForwardRequest { HiddenStates = _autoencoder.HiddenStates, Logits = _options.Downstream };
        var output = _languageModel.Forward(batch.InputIds, batch.AttentionMask, request);
        var hiddenStates = _autoencoder.HiddenStates.Select(index => output.HiddenState(index).flatten(0, 1).index_select(0, places)).ToArray();
        ActivationCheck.ThrowIfNotFinite(hiddenStates, _autoencoder.HiddenStates, number);
        encoding.Add(_autoencoder.Forward(hiddenStates, _options.Selection));
        if (!_options.Downstream || _autoencoder.Replacements(hiddenStates, _options.Selection) is not { } passes)
            return places.shape[0];
        original.Add(output.Logits!, batch.InputIds, batch.PredictedTokens());
        Add(passes, output.Logits!, hiddenStates, new EditedForward(_languageModel, batch, places), batch, downstream);
        return places.shape[0];
    }

    private void Add(
        IReadOnlyList<ReplacementPass> passes, Tensor logits, Tensor[] hiddenStates, EditedForward forward, EvaluationBatch batch, List<DownstreamSums> downstream)
    {
        var mean = Ablation.Mean(_autoencoder.HiddenStates, hiddenStates);
        for (var pass = 0; pass < passes.Count; pass++)
        {
            using var scope = NewDisposeScope();
            if (downstream.Count == pass)
                downstream.Add(new DownstreamSums());
            downstream[pass].Add(logits, forward, passes[pass], mean, batch);
        }
    }

    private DownstreamReport? Report(NextTokenCrossEntropy original, IReadOnlyList<DownstreamSums> passes) =>
        passes.Count == 0 ? null : DownstreamSums.Mean([.. passes.Select(pass => pass.Report(original, _autoencoder.Fidelity))]);
}
