namespace RouteSae.Package.Tests.Snippets;

/// <summary>A block of C# in a document, and where it begins.</summary>
internal sealed record Snippet(string Document, int Line, string Code)
{
    public string Location => $"{Document}:{Line}";
}
