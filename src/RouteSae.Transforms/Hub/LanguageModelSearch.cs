using System.Collections.Immutable;
using RouteSae.Files;

namespace RouteSae.Hub;

/// <summary>
/// Finds the folder of a referenced language model. It looks, in this order, at: the folder where it was last found; the
/// reference as a path from the bundle's folder; the same from the current folder; below the folder that the environment
/// variable ROUTESAE_MODELS names (whole reference, then its last part); and in the Hugging Face hub's cache.
/// </summary>
/// <remarks>
/// A reference comes with a file, and a file may come from anywhere. So it is followed only to folders below the bundle's own, the
/// current one, those of ROUTESAE_MODELS (several are separated as in PATH) and the hub's cache, links included. <see cref="Allow"/> adds
/// to them. Network and device paths need <see cref="Allow"/> or ROUTESAE_MODELS in any case.
/// </remarks>
public static class LanguageModelSearch
{
    /// <summary>The environment variable that names a folder of language models.</summary>
    public const string ModelsVariable = "ROUTESAE_MODELS";

    private static ImmutableList<string> s_allowed = [];

    /// <summary>
    /// Allows bundles and saved ML.NET models to refer to language models in a folder and below it, for the rest of the process. Call
    /// it before they are loaded.
    /// </summary>
    /// <param name="folder">The folder, which may be on the network. A relative path starts at the current folder.</param>
    public static void Allow(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var full = Path.GetFullPath(folder);
        ImmutableInterlocked.Update(ref s_allowed, allowed => allowed.Contains(full) ? allowed : allowed.Add(full));
    }

    /// <summary>Finds the model and verifies its files.</summary>
    /// <param name="reference">The model and its hashes.</param>
    /// <param name="bundleFolder">The bundle's folder, when it has one.</param>
    /// <param name="lastFoundAt">Where the model was when the bundle was last used, when known.</param>
    /// <returns>The full path of a folder whose files are the referenced ones.</returns>
    /// <exception cref="ArgumentException">The reference has no location, or lists no configuration or no weights.</exception>
    /// <exception cref="LanguageModelNotFoundException">
    /// No such folder, or the files there are others. The message lists every place and what was wrong with it.
    /// </exception>
    public static string Find(LanguageModelReference reference, string? bundleFolder = null, string? lastFoundAt = null) =>
        Find(reference, bundleFolder, lastFoundAt, chosen: null);

    /// <summary>As the public one.</summary>
    /// <param name="reference">The model and its hashes.</param>
    /// <param name="bundleFolder">The bundle's folder, when it has one.</param>
    /// <param name="lastFoundAt">Where a file says that the model was.</param>
    /// <param name="chosen">A folder that the program itself chose, not a file; looked at first, wherever it is.</param>
    internal static string Find(LanguageModelReference reference, string? bundleFolder, string? lastFoundAt, string? chosen)
    {
        ArgumentNullException.ThrowIfNull(reference);
        if (reference.Problems().ToList() is { Count: > 0 } unusable)
        {
            throw new ArgumentException($"The reference to the language model is not valid: {string.Join(" ", unusable)}", nameof(reference));
        }

        var findings = new List<string>();
        if (chosen is not null && Finding(reference, Path.GetFullPath(chosen), reachable: null, findings) is { } known)
        {
            return known;
        }

        var reachable = new ReachableFolders(bundleFolder, s_allowed);
        var refusals = new List<string>();
        var places = Places(reference.Location, bundleFolder, lastFoundAt, reachable, refusals).Distinct(StringComparer.Ordinal).ToList();
        return places.Select(place => Finding(reference, place, reachable, findings)).FirstOrDefault(place => place is not null)
            ?? throw new LanguageModelNotFoundException(reference, [.. findings, .. refusals]);
    }

    /// <summary>Whether a folder that a bundle may refer to holds the referenced files.</summary>
    internal static bool IsAt(LanguageModelReference reference, string folder, string? bundleFolder)
    {
        var reachable = new ReachableFolders(bundleFolder, s_allowed);
        return reachable.Refusal(reference.Location) is null && Problems(reference, folder, reachable).Count == 0;
    }

    private static string? Finding(LanguageModelReference reference, string place, ReachableFolders? reachable, List<string> findings)
    {
        var problems = Problems(reference, place, reachable);
        if (problems.Count == 0)
        {
            return place;
        }

        findings.Add($"{place}: {string.Join("; ", problems)}");
        return null;
    }

    private static IEnumerable<string> Places(
        string location, string? bundleFolder, string? lastFoundAt, ReachableFolders reachable, List<string> refusals)
    {
        if (lastFoundAt is not null && IsFollowed(lastFoundAt, reachable, refusals))
        {
            yield return Path.GetFullPath(lastFoundAt);
        }

        if (!IsFollowed(location, reachable, refusals))
        {
            yield break;
        }

        if (bundleFolder is not null)
        {
            yield return Path.GetFullPath(Path.Combine(bundleFolder, location));
        }

        yield return Path.GetFullPath(location);
        foreach (var models in ReachableFolders.Models)
        {
            yield return Path.GetFullPath(Path.Combine(models, location));
            yield return Path.GetFullPath(Path.Combine(models, Path.GetFileName(Path.TrimEndingDirectorySeparator(location))));
        }

        foreach (var snapshot in HubSnapshots(location))
        {
            yield return snapshot;
        }
    }

    private static bool IsFollowed(string location, ReachableFolders reachable, List<string> refusals)
    {
        var refusal = location.Contains('\0') ? "not looked at: it is not a path" : reachable.Refusal(location);
        if (refusal is not null)
        {
            refusals.Add($"{location.Replace("\0", "\\0", StringComparison.Ordinal)}: {refusal}");
        }

        return refusal is null;
    }

    private static IEnumerable<string> HubSnapshots(string location) =>
        HubModelId.TryParse(location) is { } model ? new HubCache(HubEnvironment.Process.CacheFolder, model).Snapshots(model) : [];

    private static List<string> Problems(LanguageModelReference reference, string folder, ReachableFolders? reachable)
    {
        if (reachable?.RefusalOfPath(folder) is { } refusal)
        {
            return [refusal];
        }

        return Directory.Exists(folder)
            ? [.. reference.Files.Select(file => Problem(file.Key, file.Value, Path.Combine(folder, file.Key), reachable)).OfType<string>()]
            : ["no such folder"];
    }

    private static string? Problem(string name, BundleFile file, string path, ReachableFolders? reachable) =>
        reachable?.RefusalOfPath(Path.GetFullPath(path)) is { } refusal ? $"{name} is {refusal}" : file.Problem(name, () => File.OpenRead(path));
}
