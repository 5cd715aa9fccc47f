namespace RouteSae.Hub;

/// <summary>
/// Finds the folder of a referenced language model. It looks, in this order, at: the folder where it was last found; the
/// reference as a path from the bundle's folder; the same from the current folder; below the folder that the environment
/// variable ROUTESAE_MODELS names (whole reference, then its last part); and in the Hugging Face hub's cache.
/// </summary>
public static class LanguageModelSearch
{
    /// <summary>The environment variable that names a folder of language models.</summary>
    public const string ModelsVariable = "ROUTESAE_MODELS";

    /// <summary>Finds the model and verifies its files.</summary>
    /// <param name="reference">The model and its hashes.</param>
    /// <param name="bundleFolder">The bundle's folder, when it has one.</param>
    /// <param name="lastFoundAt">Where the model was when the bundle was last used, when known.</param>
    /// <returns>The full path of a folder whose files are the referenced ones.</returns>
    /// <exception cref="ArgumentException">The reference has no location, or lists no configuration or no weights.</exception>
    /// <exception cref="LanguageModelNotFoundException">
    /// No such folder, or the files there are others. The message lists every place and what was wrong with it.
    /// </exception>
    public static string Find(LanguageModelReference reference, string? bundleFolder = null, string? lastFoundAt = null)
    {
        ArgumentNullException.ThrowIfNull(reference);
        if (reference.Problems().ToList() is { Count: > 0 } unusable)
        {
            throw new ArgumentException($"The reference to the language model is not valid: {string.Join(" ", unusable)}", nameof(reference));
        }

        var findings = new List<string>();
        foreach (var place in Places(reference.Location, bundleFolder, lastFoundAt).Distinct(StringComparer.Ordinal))
        {
            var problems = Problems(reference, place);
            if (problems.Count == 0)
            {
                return place;
            }

            findings.Add($"{place}: {string.Join("; ", problems)}");
        }

        throw new LanguageModelNotFoundException(reference, findings);
    }

    /// <summary>Whether a folder holds the referenced files.</summary>
    internal static bool IsAt(LanguageModelReference reference, string folder) => Problems(reference, folder).Count == 0;

    private static IEnumerable<string> Places(string location, string? bundleFolder, string? lastFoundAt)
    {
        if (lastFoundAt is not null)
        {
            yield return Path.GetFullPath(lastFoundAt);
        }

        if (bundleFolder is not null)
        {
            yield return Path.GetFullPath(Path.Combine(bundleFolder, location));
        }

        yield return Path.GetFullPath(location);
        if (Environment.GetEnvironmentVariable(ModelsVariable) is { Length: > 0 } models)
        {
            yield return Path.GetFullPath(Path.Combine(models, location));
            yield return Path.GetFullPath(Path.Combine(models, Path.GetFileName(Path.TrimEndingDirectorySeparator(location))));
        }

        foreach (var snapshot in HubSnapshots(location))
        {
            yield return snapshot;
        }
    }

    private static IEnumerable<string> HubSnapshots(string location) =>
        HubModelId.TryParse(location) is { } model ? new HubCache(HubEnvironment.Process.CacheFolder, model).Snapshots(model) : [];

    private static List<string> Problems(LanguageModelReference reference, string folder) =>
        Directory.Exists(folder)
            ? [.. reference.Files.Select(file => file.Value.Problem(file.Key, () => File.OpenRead(Path.Combine(folder, file.Key)))).OfType<string>()]
            : ["no such folder"];
}
