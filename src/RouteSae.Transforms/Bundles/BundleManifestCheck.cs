using RouteSae.Files;

namespace RouteSae.Bundles;

/// <summary>Checks what a manifest says, before any file is opened.</summary>
internal static class BundleManifestCheck
{
    private static readonly IReadOnlyDictionary<string, BundleFile> NoFiles = new Dictionary<string, BundleFile>();

    public static void ThrowIfInvalid(BundleManifest manifest, string location)
    {
        var problems = Problems(manifest).ToList();
        if (problems.Count > 0)
        {
            throw new BundleFormatException(
                $"{location}: {BundleManifest.FileName} is not valid:{string.Concat(problems.Select(problem => $"{Environment.NewLine}- {problem}"))}");
        }
    }

    private static IEnumerable<string> Problems(BundleManifest manifest)
    {
        if (manifest.Format < 1)
        {
            yield return $"format is {manifest.Format}; formats start at 1.";
        }

        if (manifest.ContextLength < 1)
        {
            yield return $"contextLength is {manifest.ContextLength}; it must be at least 1.";
        }

        foreach (var problem in BundledModel.Problems(manifest))
        {
            yield return problem;
        }

        foreach (var (name, file) in manifest.Files.Concat(manifest.LanguageModel?.Files ?? NoFiles))
        {
            if (!IsSafeName(name))
            {
                yield return $"'{name}' is not a file name within the bundle.";
            }

            if (file is null || file.Size < 0 || file.Sha256 is null)
            {
                yield return $"'{name}' has no size and SHA-256.";
            }
        }

        foreach (var problem in manifest.LanguageModel?.Problems() ?? [])
        {
            yield return problem;
        }

        foreach (var name in BundleFileNames.Required(manifest.LanguageModel is null).Where(name => !manifest.Files.ContainsKey(name)))
        {
            yield return $"files does not list {name}.";
        }
    }

    /// <summary>A bundle comes from anywhere, so a name must not lead out of its folder.</summary>
    private static bool IsSafeName(string name) =>
        name.Length > 0 && !Path.IsPathRooted(name) && name.IndexOfAny(['\\', ':', '\0']) < 0
        && name.Split('/').All(part => part is not ("" or "." or ".."));
}
