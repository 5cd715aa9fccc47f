namespace RouteSae.Storage;

/// <summary>A language model that a bundle uses without holding it.</summary>
public sealed record LanguageModelReference
{
    /// <summary>A folder (absolute, or relative to the bundle's folder), or the model's name on the Hugging Face hub (<c>organisation/name</c>).</summary>
    public required string Location { get; init; }

    /// <summary>The configuration and weight files that the bundle was made with, by their names within the model's folder.</summary>
    public required IReadOnlyDictionary<string, BundleFile> Files { get; init; }
}
