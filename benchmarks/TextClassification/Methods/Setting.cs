namespace RouteSae.ClassificationBenchmark;

/// <summary>What becomes of the training rows before anything is learnt from them.</summary>
/// <param name="Name">Its name in results.</param>
internal sealed record Setting(string Name)
{
    private const double NoiseShare = 0.2;

    /// <summary>All training rows, as they are.</summary>
    public static Setting Full { get; } = new("full");

    /// <summary>A fifth of the training labels replaced by others, which are all alike probable.</summary>
    public static Setting Noise { get; } = new("20 % label noise");

    /// <summary>The numbers of rows of each class to learn from in few-shot settings.</summary>
    public static IReadOnlyList<Setting> FewShot { get; } = [.. new[] { 8, 32, 128 }.Select(rows => new Setting($"{rows} per class") { PerClass = rows })];

    /// <summary>The most rows of a class that are kept; null: all.</summary>
    public int? PerClass { get; private init; }

    /// <summary>Whether the setting differs from <see cref="Full"/> by enough: a sample is at most four fifths of the training rows.</summary>
    public bool Fits(LabeledSet set)
    {
        var train = set.Folds(seed: 1)[0].Train;
        return PerClass is not { } rows || Fold.Sample(train, set.Labels, rows, seed: 1).Length <= 0.8 * train.Length;
    }

    /// <summary>The training rows that are kept.</summary>
    public int[] Train(int[] train, int[] labels, int seed) => PerClass is { } rows ? Fold.Sample(train, labels, rows, seed) : train;

    /// <summary>The labels to learn from.</summary>
    public int[] Labels(int[] train, int[] labels, int classes, int seed)
    {
        if (this != Noise)
            return labels;
        var (random, noisy) = (new Random(seed), labels.ToArray());
        var changed = train.ToArray();
        random.Shuffle(changed);
        foreach (var row in changed.Take((int)(NoiseShare * changed.Length)))
            noisy[row] = (noisy[row] + random.Next(1, classes)) % classes;
        return noisy;
    }
}
