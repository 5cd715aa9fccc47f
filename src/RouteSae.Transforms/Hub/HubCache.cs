using System.Text.RegularExpressions;
using RouteSae.Files;

namespace RouteSae.Hub;

/// <summary>
/// One model's part of the hub's cache, as Hugging Face's Python library lays it out: <c>models--owner--name</c> with
/// <c>refs/REVISION</c> (a text file with the commit), <c>snapshots/COMMIT/FILE</c> (links) and <c>blobs/ETAG</c> (contents).
/// </summary>
internal sealed partial class HubCache
{
    private readonly string _root;
    private readonly string _name;

    public HubCache(string root, HubModelId model)
    {
        _root = root;
        _name = "models--" + model.Repository.Replace("/", "--", StringComparison.Ordinal);
    }

    public string Folder => Path.Combine(_root, _name);

    private string SnapshotsFolder => Path.Combine(Folder, "snapshots");

    /// <summary>Whether a name from elsewhere can be one part of a path here.</summary>
    public static bool IsPlainName(string name) => PlainName().IsMatch(name);

    /// <summary>Whether a path leads to a file; a link whose blob is gone does not.</summary>
    public static bool HasFile(string path)
    {
        // File.Exists answers true for a link that leads nowhere.
        var file = new FileInfo(path);
        return file.Exists && (file.LinkTarget is null || File.ResolveLinkTarget(path, returnFinalTarget: true) is FileInfo { Exists: true });
    }

    public string Snapshot(string commit) => Path.Combine(SnapshotsFolder, commit);

    public string Blob(string etag) => Path.Combine(Folder, "blobs", etag);

    /// <summary>The file whose lock keeps two processes from downloading the same blob; Python's is the same.</summary>
    public string LockFile(string etag) => Path.Combine(_root, ".locks", _name, $"{etag}.lock");

    /// <summary>The commit that a revision was when it was last fetched; null when it never was.</summary>
    public string? FindCommit(HubModelId model)
    {
        if (model.IsPinned)
        {
            return model.Revision;
        }

        var path = Reference(model.Revision);
        var commit = File.Exists(path) ? File.ReadAllText(path).Trim() : "";
        return IsPlainName(commit) ? commit : null;
    }

    /// <summary>Remembers what a branch or tag is now.</summary>
    public void WriteCommit(HubModelId model, string commit)
    {
        if (model.Revision == commit || FindCommit(model) == commit)
        {
            return;
        }

        var path = Reference(model.Revision);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.WriteText(path, commit);
    }

    /// <summary>The folders of all snapshots, that of a revision first; their parent when there is none.</summary>
    public IEnumerable<string> Snapshots(HubModelId model)
    {
        if (!Directory.Exists(SnapshotsFolder))
        {
            return [SnapshotsFolder];
        }

        var wanted = FindCommit(model);
        return Directory.EnumerateDirectories(SnapshotsFolder)
            .OrderByDescending(folder => Path.GetFileName(folder) == wanted)
            .ThenBy(folder => folder, StringComparer.Ordinal);
    }

    private string Reference(string revision) => Path.Combine([Folder, "refs", .. revision.Split('/')]);

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}\z")]
    private static partial Regex PlainName();
}
