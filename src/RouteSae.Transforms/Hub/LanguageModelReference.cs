using RouteSae.Files;

namespace RouteSae.Hub;

/// <summary>A language model that a bundle uses without holding it.</summary>
public sealed record LanguageModelReference
{
    /// <summary>A folder (absolute, or relative to the bundle's folder), or the model's name on the Hugging Face hub (<c>organisation/name</c>).</summary>
    public required string Location { get; init; }

    /// <summary>
    /// The files that the bundle was made with, by their names within the model's folder: <c>config.json</c>, and either
    /// <c>model.safetensors</c> or <c>model.safetensors.index.json</c> and every file that it names. Nothing else is loaded.
    /// </summary>
    public required IReadOnlyDictionary<string, BundleFile> Files { get; init; }

    /// <summary>What keeps this from saying which model is meant.</summary>
    internal IEnumerable<string> Problems()
    {
        if (string.IsNullOrWhiteSpace(Location) || Location.Contains('\0'))
        {
            yield return "languageModel.location names neither a folder nor a model.";
        }

        if (!Files.ContainsKey(Checkpoint.Config))
        {
            yield return $"languageModel.files does not list {Checkpoint.Config}.";
        }

        if (!Files.ContainsKey(Checkpoint.SingleFile) && !(Files.ContainsKey(Checkpoint.Index) && Files.Keys.Any(IsWeights)))
        {
            yield return $"languageModel.files lists no weights: neither {Checkpoint.SingleFile} nor {Checkpoint.Index} with the files that it names.";
        }
    }

    /// <summary>
    /// This reference for a bundle in another folder: a relative location that leads from the old folder to the model is
    /// changed so that it leads there from the new one.
    /// </summary>
    /// <param name="oldFolder">The full path that a relative location starts from; null when there is none.</param>
    /// <param name="newFolder">The full path of the new folder.</param>
    internal LanguageModelReference Rebase(string? oldFolder, string newFolder)
    {
        if (oldFolder is null || Path.IsPathRooted(Location))
        {
            return this;
        }

        var model = Path.GetFullPath(Path.Combine(oldFolder, Location));
        var leadsThere = Path.GetFullPath(Path.Combine(newFolder, Location)) == model;
        return leadsThere || !LanguageModelSearch.IsAt(this, model, oldFolder)
            ? this
            : this with { Location = Path.GetRelativePath(newFolder, model).Replace(Path.DirectorySeparatorChar, '/') };
    }

    private static bool IsWeights(string name) => name.EndsWith(".safetensors", StringComparison.Ordinal);
}
