
namespace RouteSae.Package.Tests.Snippets;

/// <summary>The blocks that begin with ```csharp in the documents of the repository. A block that is no program begins with ```cs.</summary>
internal static class MarkdownSnippets
{
    /// <summary>The documents that a reader is sent to: the root, docs, and those beside the code.</summary>
    public static IEnumerable<string> Documents() =>
        new[] { "docs", "src", "examples", "benchmarks", "tools" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, folder), "*.md", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(RepositoryFiles.Root, "*.md"))
            .Select(path => Path.GetRelativePath(RepositoryFiles.Root, path).Replace('\\', '/'))
            .Where(path => !path.Contains("/bin/") && !path.Contains("/obj/"))
            .Order(StringComparer.Ordinal);

    public static IReadOnlyList<Snippet> Read(string document)
    {
        var lines = File.ReadAllLines(Path.Combine(RepositoryFiles.Root, document));
        var snippets = new List<Snippet>();
        for (var start = Array.IndexOf(lines, "```csharp"); start >= 0; start = Array.IndexOf(lines, "```csharp", start + 1))
        {
            var end = Array.IndexOf(lines, "```", start);
            snippets.Add(new Snippet(document, start + 2, string.Join('\n', lines[(start + 1)..end])));
        }

        return snippets;
    }
}
