namespace RouteSae.ClassificationBenchmark;

/// <summary>A score that tables show.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Of">Takes it from scores.</param>
/// <param name="HigherIsBetter">Whether more of it is better.</param>
internal sealed record Measure(string Name, Func<Scores, double> Of, bool HigherIsBetter)
{
    public static Measure Accuracy { get; } = new("accuracy", scores => scores.Accuracy, true);

    public static Measure MacroF1 { get; } = new("macro-F1", scores => scores.MacroF1, true);

    public static Measure LogLoss { get; } = new("log-loss", scores => scores.LogLoss, false);

    public double OfRow(ResultRow row) => Of(new Scores(row.Accuracy, row.MacroF1, row.LogLoss));

    /// <summary>1 where the difference of two scores is surely in favour of the first, −1 where surely against, 0 where its interval holds zero.</summary>
    public int Verdict(Interval difference) => !difference.ExcludesZero ? 0 : difference.Low > 0 == HigherIsBetter ? 1 : -1;
}
