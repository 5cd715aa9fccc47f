using System.Diagnostics;
using System.Text;
using RouteSae.Benchmarks.Reporting;
using RouteSae.Benchmarks.Work;
using RouteSae.Tokens;

namespace RouteSae.Benchmarks.Parts;

/// <summary>How the time of each component of a tokenizer grows with the text, under the worst settings that we found.</summary>
internal sealed class TokenizePart : IPart
{
    private static readonly int[] s_lengths = [10_000, 100_000, 1_000_000];

    public string Name => "tokenize";

    public bool OnlyByName => true;

    public void Run(BenchmarkOptions options, BenchmarkReport report)
    {
        var rows = new StringBuilder();
        foreach (var tokenizer in HostileTokenizers.All)
        {
            report.Say($"{tokenizer.Part}: {tokenizer.Name}");
            var times = s_lengths.Select(length => Measure(tokenizer, length, options.Rounds));
            rows.Append($"| {tokenizer.Part} | {tokenizer.Name.Replace("|", "\\|", StringComparison.Ordinal)} | {string.Join(" | ", times)} |\n");
        }

        report.Add($"""
            ## Time to tokenize, by component

            | part | component | {string.Join(" | ", s_lengths.Select(length => $"{length:N0}"))} |
            |---|---|{string.Concat(s_lengths.Select(_ => "--:|"))}
            {rows}
            Milliseconds for a text of so many characters (a decoder: so many tokens), the fastest of {options.Rounds}, each by a new tokenizer.
            *limit*: the text was refused by a `TokenizerLimitException`, after so many milliseconds.

            """);
    }

    private static string Measure(HostileTokenizer tokenizer, int length, int rounds)
    {
        var text = tokenizer.Text(length);
        var fastest = double.PositiveInfinity;
        for (var round = 0; round < rounds; round++)
        {
            var work = Work(tokenizer, text);
            var watch = Stopwatch.StartNew();
            try
            {
                work();
            }
            catch (TokenizerLimitException)
            {
                return $"*limit* {watch.Elapsed.TotalMilliseconds:N0}";
            }

            fastest = Math.Min(fastest, watch.Elapsed.TotalMilliseconds);
        }

        return $"{fastest:N1}";
    }

    // A new tokenizer each time: it remembers words.
    private static Action Work(HostileTokenizer hostile, string text)
    {
        var tokenizer = hostile.Load();
        if (hostile.Part == "decoder")
        {
            var ids = Enumerable.Repeat(1, text.Length).ToArray();
            return () => tokenizer.Decode(ids);
        }

        return () => tokenizer.Encode(text);
    }
}
