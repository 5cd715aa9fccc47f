namespace RouteSae.ClassificationBenchmark;

/// <summary>Rows to train on, and others to predict.</summary>
internal sealed record Fold(int[] Train, int[] Test)
{
    /// <summary>Deals the rows of each class, shuffled, to as many folds: each is predicted once by what the others trained.</summary>
    /// <param name="rows">The rows to deal.</param>
    /// <param name="labels">The class of every row of the set.</param>
    /// <param name="count">The number of folds, at least 2.</param>
    /// <param name="seed">Seed of the shuffling.</param>
    public static IReadOnlyList<Fold> Stratified(IReadOnlyList<int> rows, int[] labels, int count, int seed)
    {
        var random = new Random(seed);
        var dealt = new int[rows.Count];
        var next = 0;
        foreach (var places in ByClass(rows, labels))
        {
            random.Shuffle(places);
            foreach (var place in places)
                dealt[place] = next++ % count;
        }
        return [.. Enumerable.Range(0, count).Select(fold => new Fold(Part(other => other != fold), Part(other => other == fold)))];

        int[] Part(Func<int, bool> belongs) => [.. rows.Where((_, place) => belongs(dealt[place]))];
    }

    /// <summary>A sample of a number of rows of each class, or all that a class has.</summary>
    public static int[] Sample(IReadOnlyList<int> rows, int[] labels, int perClass, int seed)
    {
        var random = new Random(seed);
        return [.. ByClass(rows, labels).SelectMany(places =>
        {
            random.Shuffle(places);
            return places.Take(perClass).Select(place => rows[place]);
        }).Order()];
    }

    private static IEnumerable<int[]> ByClass(IReadOnlyList<int> rows, int[] labels) =>
        Enumerable.Range(0, rows.Count).GroupBy(place => labels[rows[place]]).OrderBy(group => group.Key).Select(group => group.ToArray());
}
