using System.Globalization;

namespace RouteSae.ClassificationBenchmark;

/// <summary>Whether a set's own split can be trusted.</summary>
/// <param name="CrossValidate">Whether to cross-validate instead.</param>
/// <param name="Rows">The rows to use, training rows first.</param>
/// <param name="TrainingRows">How many of them are training rows.</param>
/// <param name="Reason">What was decided, for people.</param>
internal sealed record SplitRule(bool CrossValidate, IReadOnlyList<LabeledText> Rows, int TrainingRows, string Reason)
{
    /// <summary>The folds of a cross-validation.</summary>
    public const int Folds = 5;

    private const int FewestTestRows = 50;
    private const double LargestShare = 0.05;

    /// <summary>
    /// A test part of fewer than 50 rows, or of which more than a twentieth stands in the training part too (case, punctuation and spaces
    /// aside), is not used by itself: the distinct texts of both parts are cross-validated. Otherwise the split stays, and
    /// training texts that the test part has too are left out of training.
    /// </summary>
    public static SplitRule Of(IReadOnlyList<LabeledText> train, IReadOnlyList<LabeledText> test)
    {
        var tested = test.Select(row => row.Key).ToHashSet();
        var kept = train.Where(row => !tested.Contains(row.Key)).ToArray();
        var trained = train.Select(row => row.Key).ToHashSet();
        var shared = test.Count(row => trained.Contains(row.Key));
        if (test.Count >= FewestTestRows && shared <= LargestShare * test.Count)
            return new SplitRule(false, [.. kept, .. test], kept.Length, Split(train.Count - kept.Length, kept.Length, test.Count));
        var distinct = train.Concat(test).DistinctBy(row => row.Key).ToArray();
        return new SplitRule(true, distinct, distinct.Length, string.Create(
            CultureInfo.InvariantCulture,
            $"{Folds}-fold cross-validation of the {distinct.Length:N0} distinct texts, because {shared} of the {test.Count} test texts stand in the training part too{(test.Count < FewestTestRows ? $" and there are fewer than {FewestTestRows}" : "")}"));
    }

    private static string Split(int dropped, int train, int test) => string.Create(
        CultureInfo.InvariantCulture,
        $"the split of the files, {train:N0} training and {test:N0} test rows{(dropped > 0 ? $" ({dropped} training rows left out, whose texts are test texts)" : "")}");
}
