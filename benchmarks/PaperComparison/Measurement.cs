using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Statistics;
using RouteSae.Evaluation;
using RouteSae.Interpretation;
using RouteSae.LanguageModels;
using static TorchSharp.torch;

namespace RouteSae.PaperComparison;

/// <summary>Measures one trained autoencoder on batches of tokens that pass by. Owns the autoencoder.</summary>
internal sealed class Measurement(Candidate candidate, int seed, AutoencoderModel model, ComparedLanguageModel language) : IDisposable
{
    private readonly MeanNormalizedMse _error = new();
    private readonly MeanActiveLatents _active = new();
    private readonly ActivationDensity _density = new(model.Latents);
    private readonly InterpretableFeatureCounter _interpretable = new(model.Latents, language.Tokenizer);
    private readonly RoutingShare _share = new(model.HiddenStates.Count);
    private readonly ChosenProbability _probability = new();

    /// <summary>Takes note of a batch.</summary>
    /// <param name="batch">The tokens.</param>
    /// <param name="output">The hidden states of the language model.</param>
    /// <param name="places">Where in the batch the real tokens stand, I64 [N].</param>
    public void Add(EvaluationBatch batch, DecoderOutput output, Tensor places)
    {
        using var scope = NewDisposeScope();
        var hiddenStates = model.HiddenStates.Select(index => output.HiddenState(index).flatten(0, 1).index_select(0, places)).ToArray();
        var encoded = model.Forward(hiddenStates);
        _error.Add(encoded.Reconstruction, encoded.Targets);
        _active.Add(encoded.Codes);
        _density.Add(encoded.Codes);
        _interpretable.Add(batch.InputIds, encoded.Codes, batch.RealTokens);
        if (encoded.Probabilities is null)
            return;
        _share.Add(encoded.LayerWeights);
        _probability.Add(encoded.Probabilities);
    }

    /// <summary>Measures what it does to the language model, and sums up.</summary>
    public RunResult Finish(IEnumerable<EvaluationBatch> downstream, CancellationToken cancellationToken) => new()
    {
        Architecture = candidate.Architecture,
        ActiveLatents = candidate.ActiveLatents,
        Seed = seed,
        Tokens = _interpretable.Tokens,
        NormalizedMse = _error.Value,
        MeanActiveLatents = _active.Value,
        DeadFraction = DeadLatents.Fraction(_density),
        AtPaperThreshold = _interpretable.Count(InterpretableFeatureCounter.PaperThreshold),
        AtOneActivationAToken = _interpretable.Count(_interpretable.ThresholdFor(activationsPerToken: 1)),
        RoutingShare = _probability.Tokens == 0 ? null : _share.Value,
        ChosenProbability = _probability.Tokens == 0 ? null : _probability.Value,
        Downstream = new AutoencoderEvaluator(language.Model, model).Evaluate(downstream, cancellationToken: cancellationToken).Downstream,
    };

    public void Dispose() => model.Dispose();
}
