namespace RouteSae.Hub;

/// <summary>
/// The folders that a reference in a file may lead to: the bundle's own, the current one, those of the environment variable
/// ROUTESAE_MODELS, the hub's cache, and those that the program allowed. A reference comes from anywhere, so nothing else is opened for it.
/// </summary>
internal sealed class ReachableFolders
{
    private readonly IReadOnlyList<string> _named;
    private readonly IReadOnlyList<string> _all;

    /// <summary>Takes the folders as they are now.</summary>
    /// <param name="bundleFolder">The bundle's folder, when it has one.</param>
    /// <param name="allowed">What the program allowed.</param>
    public ReachableFolders(string? bundleFolder, IEnumerable<string> allowed)
    {
        _named = [.. allowed.Concat(Models).Select(Path.GetFullPath)];
        _all = [.. _named.Concat(OfThisProcess(bundleFolder)).SelectMany<string, string?>(folder => [folder, RealPath.Of(folder)]).OfType<string>().Distinct()];
    }

    /// <summary>The folders that the environment variable names.</summary>
    public static IReadOnlyList<string> Models =>
        (Environment.GetEnvironmentVariable(LanguageModelSearch.ModelsVariable) ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Why a reference is not followed, whatever it is combined with; null when it may be.</summary>
    /// <param name="location">What the file says.</param>
    public string? Refusal(string location) =>
        RealPath.IsNetwork(location) && !_named.Any(folder => RealPath.IsBelow(Path.GetFullPath(location), folder))
            ? "not looked at: it names a network, a device or a URL, which only the program may allow"
            : null;

    /// <summary>Why a path is not opened; null when it may be. Only links are read.</summary>
    /// <param name="path">A full path.</param>
    public string? RefusalOfPath(string path)
    {
        var isWithin = _all.Any(folder => RealPath.IsBelow(path, folder));
        if (RealPath.IsNetwork(path) && !isWithin)
        {
            return Refusal(path) ?? "not looked at: it names a network";
        }

        var real = RealPath.Of(path);
        return real is not null && _all.Any(folder => RealPath.IsBelow(real, folder)) ? null
            : real is null ? "not looked at: a link on the way leads in a circle, to the network, or cannot be read"
            : isWithin ? $"not looked at: a link leads to {real}, outside the folders that a bundle may refer to"
            : "not looked at: it is outside the folders that a bundle may refer to";
    }

    // A service often starts in the root of the file system, below which everything lies: that is no choice of a folder.
    private static IEnumerable<string> OfThisProcess(string? bundleFolder)
    {
        if (bundleFolder is not null)
        {
            yield return Path.GetFullPath(bundleFolder);
        }

        var current = Directory.GetCurrentDirectory();
        if (Path.GetDirectoryName(current) is not null)
        {
            yield return current;
        }

        yield return Path.GetFullPath(HubEnvironment.Process.CacheFolder);
    }
}
