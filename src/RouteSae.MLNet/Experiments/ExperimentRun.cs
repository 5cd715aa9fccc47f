using System.Diagnostics;

namespace RouteSae.MLNet.Experiments;

/// <summary>Runs the planned trials: round after round with more rows and fewer trials, keeping what was measured so far.</summary>
internal sealed class ExperimentRun(
    RouteSaeExperimentOptions options, IReadOnlyList<PlannedTrial> plan, TrialRunner runner, IProgress<ExperimentProgress>? progress)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<ExperimentTrial> _trials = [];
    private long _encoded;

    /// <summary>What was measured, in order.</summary>
    public IReadOnlyList<ExperimentTrial> Trials => _trials;

    /// <summary>The best trial of the last round that has one; the first of equals.</summary>
    public ExperimentTrial? Best => _trials
        .Where(trial => trial.Error is null)
        .OrderByDescending(trial => trial.Round)
        .ThenByDescending(trial => options.Metric.Rank(trial.Metric))
        .ThenBy(trial => trial.Trial)
        .FirstOrDefault();

    /// <summary>Runs everything.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; <see cref="Trials"/> holds what was complete.</exception>
    public void Run(CancellationToken cancellationToken)
    {
        var left = plan;
        for (var round = 1; round <= options.Rounds && left.Count > 0; round++)
        {
            var fraction = Math.Pow(options.Reduction, round - options.Rounds);
            foreach (var trial in left)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var result = runner.Run(trial, round, fraction, texts => Encoded(round, texts), cancellationToken);
                _trials.Add(result);
                Report(round, result);
            }

            left = Survivors(left, round);
        }
    }

    /// <summary>The better part of a round, in the order of the plan.</summary>
    private PlannedTrial[] Survivors(IReadOnlyList<PlannedTrial> ran, int round)
    {
        var better = _trials
            .Where(trial => trial.Round == round && trial.Error is null)
            .OrderByDescending(trial => options.Metric.Rank(trial.Metric))
            .ThenBy(trial => trial.Trial)
            .Take(Kept(ran.Count))
            .Select(trial => trial.Trial)
            .ToHashSet();
        return [.. ran.Where(trial => better.Contains(trial.Number))];
    }

    private int Kept(int trials) => (trials + options.Reduction - 1) / options.Reduction;

    private int Total()
    {
        var (total, left) = (0, plan.Count);
        for (var round = 1; round <= options.Rounds; round++)
        {
            total += left;
            left = Kept(left);
        }

        return total;
    }

    private void Encoded(int round, long texts)
    {
        _encoded = texts;
        Report(round, last: null);
    }

    private void Report(int round, ExperimentTrial? last) => progress?.Report(new ExperimentProgress
    {
        Round = round,
        CompletedTrials = _trials.Count,
        TotalTrials = Total(),
        EncodedTexts = _encoded,
        Last = last,
        Best = Best,
        Elapsed = _clock.Elapsed,
    });
}
