namespace RouteSae.ClassificationBenchmark;

/// <summary>The results as Markdown.</summary>
internal sealed class ClassificationReport(IReadOnlyList<SetResults> results)
{
    public string Markdown() => string.Join("\n", results.Select(set => set.Set.ToString()));
}
