namespace RouteSae.ClassificationBenchmark;

/// <summary>Finds the sets of a folder.</summary>
internal static class DataFolder
{
    private const string TrainingFile = ".train.tsv";

    /// <summary>Reads sets, the smallest first.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="names">Their names; null: all.</param>
    /// <exception cref="ArgumentException">There is no such folder or set; the message lists what there is.</exception>
    /// <exception cref="InvalidDataException">A line of a file is wrong.</exception>
    public static IReadOnlyList<LabeledSet> Read(string folder, IReadOnlyList<string>? names)
    {
        if (!Directory.Exists(folder))
            throw new ArgumentException($"The folder {folder} does not exist. Name one with files NAME.train.tsv and NAME.test.tsv by --data.");
        var found = Directory.GetFiles(folder, $"*{TrainingFile}").Select(path => Path.GetFileName(path)[..^TrainingFile.Length]).Order(StringComparer.Ordinal).ToArray();
        if (found.Length == 0)
            throw new ArgumentException($"{folder} holds no set: there is no file NAME{TrainingFile} in it.");
        if (names?.FirstOrDefault(name => !found.Contains(name)) is { } unknown)
            throw new ArgumentException($"There is no set {unknown} in {folder}. There are: {string.Join(", ", found)}.");
        return [.. (names ?? found).Distinct().Select(name => LabeledSet.Read(folder, name)).OrderBy(set => set.Texts.Sum(text => (long)text.Length))];
    }
}
