using System.Text.RegularExpressions;

namespace RouteSae.Hub;

/// <summary>A model on the hub: <c>owner/name</c>, or <c>name</c> alone for the oldest ones, and a branch, tag or commit of it.</summary>
internal sealed partial record HubModelId(string Repository, string Revision)
{
    private const string DefaultRevision = "main";
    private const int LongestName = 96;
    private const string NotInRevisions = "\\:?*[~^\"<>|";

    /// <summary>Whether the revision is a commit, which never changes.</summary>
    public bool IsPinned => Commit().IsMatch(Revision);

    /// <summary>Reads <c>owner/name[@revision]</c>; null when a text cannot be that, as every rooted or relative path with a dot.</summary>
    public static HubModelId? TryParse(string text)
    {
        var at = text.IndexOf('@');
        var repository = at < 0 ? text : text[..at];
        var revision = at < 0 ? DefaultRevision : text[(at + 1)..];
        return IsRepository(repository) && IsRevision(revision) ? new HubModelId(repository, revision) : null;
    }

    /// <summary>As it was written.</summary>
    public override string ToString() => Revision == DefaultRevision ? Repository : $"{Repository}@{Revision}";

    private static bool IsRepository(string text) =>
        RepositoryPattern().IsMatch(text)
        && text[(text.IndexOf('/') + 1)..].Length <= LongestName
        && !text.Contains("--", StringComparison.Ordinal)
        && !text.Contains("..", StringComparison.Ordinal)
        && !text.EndsWith(".git", StringComparison.Ordinal);

    // It becomes a path below refs/, so it follows git's rules for the names of branches.
    private static bool IsRevision(string text) =>
        !text.Contains("..", StringComparison.Ordinal)
        && text.Split('/').All(part => part.Length > 0 && part[0] != '.' && part[^1] != '.')
        && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || NotInRevisions.Contains(c));

    [GeneratedRegex(@"^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?/)?[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\z")]
    private static partial Regex RepositoryPattern();

    [GeneratedRegex(@"^[0-9a-f]{40}\z")]
    private static partial Regex Commit();
}
