using System.Text;
using RouteSae.Benchmarks.Measuring;

namespace RouteSae.Benchmarks.Reporting;

/// <summary>A part's comparisons as a Markdown table.</summary>
/// <param name="title">The heading.</param>
/// <param name="unit">What is counted: token or position.</param>
internal sealed class ComparisonTable(string title, string unit = "token")
{
    private readonly StringBuilder _rows = new();
    private readonly StringBuilder _notes = new();
    private string _origin = "";

    /// <summary>Adds a comparison; the first timing is the baseline.</summary>
    /// <param name="work">Which case it is: scale and sizes.</param>
    /// <param name="count">Tokens that the work comprises.</param>
    /// <param name="timings">One a variant.</param>
    public void Add(string work, long count, IReadOnlyList<Timing> timings)
    {
        foreach (var timing in timings)
        {
            var ratios = timing.RatiosTo(timings[0]);
            var (ratio, range) = timing == timings[0] ? ("1", "") : ($"{Timing.Median(ratios):F2}", $"{ratios.Min():F2}–{ratios.Max():F2}");
            Row(work, timing.Name, ratio, range, $"{timing.Seconds / count * 1e6:F2}", $"{count / timing.Seconds:N0}", $"{timing.CpuPerWall:F2}");
        }
    }

    /// <summary>Adds a figure that was not measured in this process; where it comes from stands below the table.</summary>
    public void AddElsewhere(string work, AuthorsFigure figure)
    {
        Row(work, figure.Name, "", "", $"{1e6 / figure.TokensPerSecond:F2}", $"{figure.TokensPerSecond:N0}", "");
        _origin = $"\n{AuthorsFigure.Origin}\n";
    }

    /// <summary>Adds a sentence below the table.</summary>
    public void Note(string sentence) => _notes.Append($"\n{sentence}\n");

    public string ToMarkdown() =>
        $"""
        ## {title}

        | case | variant | times as fast | range | µs a {unit} | {unit}s/s | CPU/wall |
        |---|---|--:|--:|--:|--:|--:|
        {_rows}{_notes}{_origin}
        """;

    private void Row(params string[] cells) => _rows.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
