namespace RouteSae.ClassificationBenchmark;

/// <summary>Percentile bootstrap over test rows: how far a score could lie elsewhere had other rows been drawn.</summary>
internal sealed class Bootstrap
{
    /// <summary>Draws of test rows with replacement.</summary>
    public const int Resamples = 1000;

    private readonly int[][] _draws;

    /// <summary>Draws once, so that methods are compared on the same draws.</summary>
    /// <param name="rows">The number of test rows.</param>
    /// <param name="seed">Seed of the drawing.</param>
    public Bootstrap(int rows, int seed)
    {
        var random = new Random(seed);
        _draws = [.. Enumerable.Range(0, Resamples).Select(_ => Enumerable.Range(0, rows).Select(_ => random.Next(rows)).ToArray())];
    }

    /// <summary>The middle 95 % of a statistic over the draws.</summary>
    public Interval Of(Func<int[], double> statistic) => Interval.Of([.. _draws.Select(statistic)]);

    /// <summary>Scores of one method on every draw.</summary>
    public Scores[] ScoresOf(Predictions predictions, int[] labels, int classes) => [.. _draws.Select(draw => Scores.Of(predictions, labels, classes, draw))];
}
