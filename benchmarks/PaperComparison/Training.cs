using System.Diagnostics;
using System.Globalization;
using RouteSae.Autoencoders;
using RouteSae.Training;

namespace RouteSae.PaperComparison;

/// <summary>Trains the candidates of a seed on one pass of the language model, and keeps their tensors.</summary>
internal sealed class Training(EmbeddedLanguageModel language, ComparisonOptions options)
{
    private const double CharactersOfToken = 4.5; // of the embedded tokenizer on English prose, rounded up

    public void Run(IReadOnlyList<Candidate> candidates, int seed, Func<Candidate, string> fileOf, Action<string> log, CancellationToken cancellation)
    {
        var texts = Corpus.Draw(options.Corpus, "train", (long)(options.Tokens * CharactersOfToken), seed);
        var routes = candidates.Select(candidate => new SweepRoute(candidate.Name, new AutoencoderTrainer(candidate.Create(seed), OptionsOf(candidate)))).ToArray();
        try
        {
            var sweep = new TrainingSweep(routes);
            var clock = Stopwatch.StartNew();
            var results = sweep.Train(Source(seed).Batches(texts, cancellation), new Log(log), cancellation);
            log($"seed {seed}: {candidates.Count} autoencoders in {clock.Elapsed.TotalMinutes:F1} minutes");
            foreach (var (candidate, route, result) in candidates.Zip(routes, results))
                Keep(candidate, route, result, fileOf(candidate), log);
        }
        finally
        {
            foreach (var route in routes)
            {
                route.Trainer.Dispose();
                route.Trainer.Model.Dispose();
            }
        }
    }

    private static void Keep(Candidate candidate, SweepRoute route, SweepResult result, string file, Action<string> log)
    {
        if (result.Failure is not null)
            throw new InvalidOperationException($"{candidate.Name}: {result.Failure.Message}", result.Failure);
        if (result.Report.EndedEarly)
            throw new InvalidOperationException($"{candidate.Name} got {result.Report.Tokens:N0} tokens only: the corpus is too small for --tokens.");
        var last = result.Report.Last!;
        log(string.Create(CultureInfo.InvariantCulture, $"  {candidate.Name}: nmse {last.NormalizedMse:F4}, L0 {last.ActiveLatents:F1}, dead {last.DeadLatents}, lambda {last.SparsityCoefficient:G4}, {result.Report.Duration.TotalSeconds:F0} s"));
        Storage.AtomicFile.Write(file, route.Trainer.Model.Save);
    }

    private AutoencoderTrainerOptions OptionsOf(Candidate candidate) => new()
    {
        TotalTokens = options.Tokens,
        BatchTokens = options.BatchTokens,
        TargetActiveLatents = candidate.IsPenalized ? candidate.ActiveLatents : null,
        ReportInterval = 50,
    };

    private TextActivationSource Source(int seed)
    {
        var config = language.Model.Config;
        var everything = new RouteSaeArchitecture { HiddenSize = config.HiddenSize, RoutedHiddenStates = config.DefaultRoutedHiddenStates, Latents = 1, ActiveLatents = 1 };
        return new TextActivationSource(language.Model, language.Tokenizer, everything, new TextActivationOptions { BatchTokens = options.BatchTokens, MixedBatches = 64, Seed = seed });
    }

    private sealed class Log(Action<string> log) : IProgress<SweepProgress>
    {
        public void Report(SweepProgress value)
        {
            if (value.Progress.Step % 200 == 0)
                log(string.Create(CultureInfo.InvariantCulture, $"    {value.Name} step {value.Progress.Step}: nmse {value.Progress.NormalizedMse:F4}, L0 {value.Progress.ActiveLatents:F1}, dead {value.Progress.DeadLatents}, {value.Progress.TokensPerSecond:N0} tokens/s"));
        }
    }
}
