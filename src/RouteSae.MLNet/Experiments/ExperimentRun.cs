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

    /// <summary>Runs everything: in a round, all trials of one network after each other, so that it can be given up.</summary>
    /// <param name="stop">Cancelled here when the time is up, should its own timer be late.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; <see cref="Trials"/> holds what was complete.</exception>
    public void Run(CancellationTokenSource stop)
    {
        var left = plan;
        for (var round = 1; round <= options.Rounds && left.Count > 0; round++)
        {
            var fraction = Math.Pow(options.Reduction, round - options.Rounds);
            var networks = left.GroupBy(runner.Network).ToArray();
            for (var i = 0; i < networks.Length; i++)
            {
                foreach (var trial in networks[i])
                {
                    ThrowIfStopped(stop);
                    var result = runner.Run(trial, round, fraction, texts => Encoded(round, texts), stop.Token);
                    _trials.Add(result);
                    Report(round, result);
                }

                runner.KeepOnly([.. networks[(i + 1)..].SelectMany(later => later), .. Wanted(round, left.Count)]);
            }

            left = Survivors(round, left.Count);
        }
    }

    private void ThrowIfStopped(CancellationTokenSource stop)
    {
        if (_clock.Elapsed >= options.TimeLimit)
        {
            stop.Cancel();
        }

        stop.Token.ThrowIfCancellationRequested();
    }

    /// <summary>Of the trials that ran, those that may run again or become the model.</summary>
    private IEnumerable<PlannedTrial> Wanted(int round, int trials)
    {
        var best = Best is { } trial ? [Planned(trial)] : Array.Empty<PlannedTrial>();
        return round < options.Rounds ? Survivors(round, trials).Concat(best) : best;
    }

    /// <summary>The better part of a round's trials, the best first, so that a round that is broken off has seen the most promising.</summary>
    private PlannedTrial[] Survivors(int round, int trials) =>
    [
        .. _trials
            .Where(trial => trial.Round == round && trial.Error is null)
            .OrderByDescending(trial => options.Metric.Rank(trial.Metric))
            .ThenBy(trial => trial.Trial)
            .Take(Kept(trials))
            .Select(Planned),
    ];

    private PlannedTrial Planned(ExperimentTrial trial) => plan.First(planned => planned.Number == trial.Trial);

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
