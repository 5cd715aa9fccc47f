using System.Globalization;

namespace RouteSae.ClassificationBenchmark;

/// <summary>The rows of a set, training rows first, and on which of them is trained and tested.</summary>
internal sealed class LabeledSet
{
    private LabeledSet(string name, IReadOnlyList<LabeledText> rows, IReadOnlyList<Fold>? split, string note)
    {
        (Name, OfficialSplit, Note) = (name, split, note);
        Texts = [.. rows.Select(row => row.Text)];
        Classes = [.. rows.Select(row => row.Label).Distinct().Order(StringComparer.Ordinal)];
        var index = Classes.Select((label, place) => (label, place)).ToDictionary(pair => pair.label, pair => pair.place);
        Labels = [.. rows.Select(row => index[row.Label])];
    }

    public string Name { get; }

    public IReadOnlyList<string> Texts { get; }

    /// <summary>The names of the classes, in ordinal order.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The class of each row.</summary>
    public int[] Labels { get; }

    /// <summary>How the set is evaluated, for people.</summary>
    public string Note { get; }

    /// <summary>The split of the files; null where the set is cross-validated.</summary>
    private IReadOnlyList<Fold>? OfficialSplit { get; }

    /// <summary>Whether the set is cross-validated.</summary>
    public bool IsCrossValidated => OfficialSplit is null;

    /// <summary>Reads <c>NAME.train.tsv</c> and <c>NAME.test.tsv</c> and decides how to evaluate (<see cref="SplitRule"/>).</summary>
    /// <exception cref="InvalidDataException">A line is wrong, or there is but one class.</exception>
    public static LabeledSet Read(string folder, string name)
    {
        var train = LabeledTextFile.Read(Path.Combine(folder, $"{name}.train.tsv"));
        var test = LabeledTextFile.Read(Path.Combine(folder, $"{name}.test.tsv"));
        if (train.Select(row => row.Label).Distinct().Count() < 2)
            throw new InvalidDataException($"{Path.Combine(folder, $"{name}.train.tsv")}: all rows have one label; a classifier needs two or more.");
        return Of(name, train, test);
    }

    public static LabeledSet Of(string name, IReadOnlyList<LabeledText> train, IReadOnlyList<LabeledText> test)
    {
        var rule = SplitRule.Of(train, test);
        return rule.CrossValidate
            ? new LabeledSet(name, rule.Rows, null, rule.Reason)
            : new LabeledSet(name, rule.Rows, [new Fold([.. Enumerable.Range(0, rule.TrainingRows)], [.. Enumerable.Range(rule.TrainingRows, test.Count)])], rule.Reason);
    }

    /// <summary>The parts on which to train and test: the official split, or for a cross-validated set five folds that depend on the seed.</summary>
    public IReadOnlyList<Fold> Folds(int seed) => OfficialSplit ?? Fold.Stratified([.. Enumerable.Range(0, Texts.Count)], Labels, SplitRule.Folds, seed);

    /// <summary>The rows whose texts may be learnt from without labels: those of the training part, or all of a cross-validated set.</summary>
    public IReadOnlyList<int> TextsToLearnFrom => OfficialSplit?[0].Train ?? [.. Enumerable.Range(0, Texts.Count)];

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}: {Texts.Count:N0} texts, {Classes.Count} classes; {Note}");
}
