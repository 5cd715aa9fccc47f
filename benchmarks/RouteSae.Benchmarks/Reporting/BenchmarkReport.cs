using System.Text;

namespace RouteSae.Benchmarks.Reporting;

/// <summary>The sections so far, in Markdown; each is printed as soon as it is there.</summary>
internal sealed class BenchmarkReport(TextWriter console)
{
    private readonly StringBuilder _markdown = new();

    /// <param name="section">Markdown that ends with a line break.</param>
    public void Add(string section)
    {
        _markdown.Append(section).Append('\n');
        console.WriteLine(section);
        console.Flush();
    }

    /// <summary>A line for who waits at the console; not part of the report.</summary>
    public void Say(string progress) => console.WriteLine($"… {progress}");

    public string ToMarkdown() => _markdown.ToString().ReplaceLineEndings("\n");
}
