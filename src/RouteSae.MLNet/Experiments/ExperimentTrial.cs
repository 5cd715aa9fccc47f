namespace RouteSae.MLNet.Experiments;

/// <summary>One trial in one round: settings, a trainer, and how good they were.</summary>
public sealed record ExperimentTrial
{
    /// <summary>The number of the trial, from 1. It keeps it through all rounds.</summary>
    public required int Trial { get; init; }

    /// <summary>The round, from 1; there are several with successive halving only.</summary>
    public required int Round { get; init; }

    /// <summary>The number of training rows that the round uses, before they are split into folds.</summary>
    public required int Rows { get; init; }

    /// <summary>The trainer's name.</summary>
    public required string Trainer { get; init; }

    /// <summary>The options of the feature column.</summary>
    public required RouteSaeOptions Options { get; init; }

    /// <summary>The options that the experiment varies, by name, in readable form.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>The metrics of the task, means over the folds; empty where the trial failed.</summary>
    public IReadOnlyDictionary<ExperimentMetric, double> Metrics { get; init; } = new Dictionary<ExperimentMetric, double>();

    /// <summary>The metric that is chosen by; NaN where the trial failed.</summary>
    public double Metric { get; init; } = double.NaN;

    /// <summary>The standard deviation (n − 1) of <see cref="Metric"/> between the folds; NaN with a validation set, and where the trial failed.</summary>
    public double StandardDeviation { get; init; } = double.NaN;

    /// <summary>How long fitting and evaluating took, in seconds. The language model's pass over the texts comes before the trials and is not in it.</summary>
    public double Seconds { get; init; }

    /// <summary>Why the trial failed; null where it did not.</summary>
    public string? Error { get; init; }
}
