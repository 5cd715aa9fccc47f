using System.Diagnostics;
using System.Globalization;
using RouteSae.Files;
using RouteSae.Training;
using RouteSae.Training.Checkpoints;

namespace RouteSae.PaperComparison;

/// <summary>Trains the candidates of a seed on one pass of the language model, and keeps their tensors. Killed, it goes on from its last checkpoint.</summary>
internal sealed class Training(ComparedLanguageModel language, ComparisonOptions options, WorkFolder work, Action<string> log)
{
    private const double CharactersOfToken = 4.5; // of the embedded tokenizer on English prose, rounded up

    public void Run(IReadOnlyList<Candidate> candidates, int seed, CancellationToken cancellationToken)
    {
        foreach (var ruled in candidates.GroupBy(candidate => candidate.Data))
            Run(ruled.Key, [.. ruled], seed, cancellationToken);
    }

    private void Run(DataRule rule, IReadOnlyList<Candidate> candidates, int seed, CancellationToken cancellationToken)
    {
        var texts = Corpus.Draw(options.Corpus, "train", (long)(options.Tokens * CharactersOfToken), seed);
        var routes = candidates.Select(candidate => new SweepRoute(candidate.Name, new AutoencoderTrainer(candidate.Create(seed), OptionsOf(candidate)))).ToArray();
        var checkpoints = new CheckpointOptions { Folder = work.Checkpoints(candidates, seed), Warnings = new Warnings(log) };
        try
        {
            var clock = Stopwatch.StartNew();
            var sweep = new TrainingSweep(routes);
            var results = Train(sweep, new RuledBatches(language, sweep.HiddenStates, options.BatchTokens, seed), rule, texts, checkpoints, cancellationToken);
            log(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {candidates.Count} autoencoders trained in {clock.Elapsed.TotalMinutes:F1} minutes"));
            foreach (var (candidate, route, result) in candidates.Zip(routes, results))
                Keep(candidate, route, result, work.Model(candidate, seed));
            if (Directory.Exists(checkpoints.Folder))
                Directory.Delete(checkpoints.Folder, recursive: true);
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

    /// <summary>By the default rule training goes on from checkpoints; the others, which are for short comparisons, start again.</summary>
    private IReadOnlyList<SweepResult> Train(
        TrainingSweep sweep, RuledBatches batches, DataRule rule, IReadOnlyList<string> texts, CheckpointOptions checkpoints, CancellationToken cancellationToken)
    {
        if (rule != DataRule.PackedAndMixed)
            return sweep.Train(batches.Of(rule, texts), new Progress(log), cancellationToken);
        using var source = batches.Open(texts);
        return sweep.Train(source, checkpoints, new Progress(log), cancellationToken);
    }

    private void Keep(Candidate candidate, SweepRoute route, SweepResult result, string file)
    {
        if (result.Failure is not null)
            throw new InvalidOperationException($"{candidate.Name}: {result.Failure.Message}", result.Failure);
        if (result.Report.EndedEarly)
            throw new InvalidOperationException($"{candidate.Name} got {result.Report.Tokens:N0} tokens only: the corpus is too small for --tokens.");
        var last = result.Report.Last!;
        var lambda = last.SparsityCoefficient is { } coefficient ? string.Create(CultureInfo.InvariantCulture, $", lambda {coefficient:G4}") : "";
        log(string.Create(CultureInfo.InvariantCulture, $"  {candidate.Name}: nmse {last.NormalizedMse:F4}, L0 {last.ActiveLatents:F1}{lambda}, {result.Report.Duration.TotalSeconds:F0} s"));
        AtomicFile.Write(file, route.Trainer.Model.Save);
    }

    private AutoencoderTrainerOptions OptionsOf(Candidate candidate)
    {
        var trainer = new AutoencoderTrainerOptions
        {
            TotalTokens = options.Tokens,
            BatchTokens = options.BatchTokens,
            TargetActiveLatents = candidate.IsPenalized ? candidate.ActiveLatents : null,
            ReportInterval = 50,
        };
        candidate.Configure(trainer);
        return trainer;
    }

    private sealed class Progress(Action<string> log) : IProgress<SweepProgress>
    {
        public void Report(SweepProgress value)
        {
            if (value.Progress.Step % 200 == 0)
                log(string.Create(CultureInfo.InvariantCulture, $"    {value.Name} step {value.Progress.Step} of {value.Progress.TotalSteps}: nmse {value.Progress.NormalizedMse:F4}, L0 {value.Progress.ActiveLatents:F1}"));
        }
    }

    private sealed class Warnings(Action<string> log) : IProgress<string>
    {
        public void Report(string value) => log(value);
    }
}
