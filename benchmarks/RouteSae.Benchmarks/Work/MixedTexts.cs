using System.Text;
using RouteSae.Tokens;

namespace RouteSae.Benchmarks.Work;

/// <summary>Seeded texts of common words whose lengths in tokens are log-normal, with a median of 30.</summary>
internal static class MixedTexts
{
    private const double MedianTokens = 30;
    private const double Deviation = 0.8; // of the logarithm

    public static IReadOnlyList<string> Make(int count, TextTokenizer tokenizer, int seed)
    {
        var words = ReadWords();
        int[] tokens = [.. words.Select(word => tokenizer.Encode($" {word}", addSpecialTokens: false).Ids.Count)];
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => MakeText(words, tokens, LogNormal(random), random))];
    }

    private static string MakeText(string[] words, int[] tokens, double length, Random random)
    {
        var text = new StringBuilder();
        for (var made = 0; made < length;)
        {
            var word = random.Next(words.Length);
            text.Append(text.Length > 0 ? " " : "").Append(words[word]);
            made += tokens[word];
        }

        return text.ToString();
    }

    private static double LogNormal(Random random)
    {
        // Box and Muller's normal number.
        var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return MedianTokens * Math.Exp(Deviation * normal);
    }

    private static string[] ReadWords()
    {
        using var reader = new StreamReader(typeof(MixedTexts).Assembly.GetManifestResourceStream("words.txt")!);
        return reader.ReadToEnd().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }
}
