using System.Globalization;

namespace RouteSae.Benchmarks.Tests.TextClassification;

/// <summary>Two files of a made-up set: each class has words of its own among words of both. All texts are distinct.</summary>
internal static class MadeUpSet
{
    private static readonly string[][] Own = [["river", "ship", "water", "boat"], ["king", "crown", "castle", "throne"], ["bread", "butter", "cheese", "apple"]];
    private static readonly string[] Common = ["the", "old", "was", "seen", "there", "again", "and", "they", "said", "so"];

    public static void Write(string folder, string name, int train = 60, int test = 60, int classes = 2)
    {
        var random = new Random(1);
        File.WriteAllLines(Path.Combine(folder, $"{name}.train.tsv"), Enumerable.Range(0, train).Select(row => Row(random, row, classes)).Prepend("Label\tText"));
        File.WriteAllLines(Path.Combine(folder, $"{name}.test.tsv"), Enumerable.Range(train, test).Select(row => Row(random, row, classes)).Prepend("Label\tText"));
    }

    private static string Row(Random random, int row, int classes)
    {
        var words = Enumerable.Range(0, 5).Select(_ => Common[random.Next(Common.Length)]).ToList();
        words.Insert(random.Next(words.Count), Own[row % classes][random.Next(4)]);
        words.Add(row.ToString(CultureInfo.InvariantCulture));
        return $"class{row % classes}\t{string.Join(' ', words)}";
    }
}
