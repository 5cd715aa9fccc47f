using RouteSae.Evaluation;
using RouteSae.LanguageModels;
using static TorchSharp.torch;

namespace RouteSae.PaperComparison;

/// <summary>Measures the trained autoencoders of a seed on texts that none of them was trained on.</summary>
internal sealed class Evaluation(ComparedLanguageModel language, ComparisonOptions options, Action<string> log)
{
    private const double CharactersOfToken = 4.5;
    private const int SequencesOfBatch = 16;
    private const int Seed = 0; // the same texts for every autoencoder

    private readonly Lazy<IReadOnlyList<string>> _texts = new(() =>
        Corpus.Draw(options.Corpus, "valid", (long)((options.EvaluationTokens + options.DownstreamTokens) * CharactersOfToken), Seed));

    public IEnumerable<RunResult> Run(IReadOnlyList<Candidate> candidates, int seed, Func<Candidate, string> fileOf, CancellationToken cancellationToken)
    {
        var measurements = candidates.Select(candidate => new Measurement(candidate, seed, candidate.Load(fileOf(candidate)), language)).ToArray();
        try
        {
            PassBy(measurements, cancellationToken);
            foreach (var (candidate, measurement) in candidates.Zip(measurements))
            {
                log($"  {candidate.Name} seed {seed}: in the language model");
                yield return measurement.Finish(Batches(options.DownstreamTokens), cancellationToken);
            }
        }
        finally
        {
            foreach (var measurement in measurements)
                measurement.Dispose();
        }
    }

    private void PassBy(IReadOnlyList<Measurement> measurements, CancellationToken cancellationToken)
    {
        using var noGradient = no_grad();
        var request = new ForwardRequest { HiddenStates = language.Model.Config.DefaultRoutedHiddenStates };
        foreach (var batch in Batches(options.EvaluationTokens))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using (batch)
            {
                using var output = language.Model.Forward(batch.InputIds, batch.AttentionMask, request);
                var places = batch.RealTokens!.flatten().nonzero().squeeze(1);
                foreach (var measurement in measurements)
                    measurement.Add(batch, output, places);
            }
        }
    }

    private IEnumerable<EvaluationBatch> Batches(int tokens)
    {
        var length = language.Model.Config.MaxPositions;
        var sequences = Math.Clamp(tokens / length, 1, SequencesOfBatch);
        return EvaluationBatches.FromTexts(language.Tokenizer, _texts.Value, length, sequences).Take(Math.Max(1, tokens / (length * sequences)));
    }
}
