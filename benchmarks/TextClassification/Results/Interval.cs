namespace RouteSae.ClassificationBenchmark;

/// <summary>The middle 95 % of values.</summary>
internal readonly record struct Interval(double Low, double High)
{
    /// <summary>Whether zero lies outside.</summary>
    public bool ExcludesZero => Low > 0 || High < 0;

    public static Interval Of(double[] values)
    {
        var sorted = values.Order().ToArray();
        return new Interval(Quantile(sorted, 0.025), Quantile(sorted, 0.975));
    }

    /// <summary>Between the two nearest values in proportion.</summary>
    private static double Quantile(double[] sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }
}
