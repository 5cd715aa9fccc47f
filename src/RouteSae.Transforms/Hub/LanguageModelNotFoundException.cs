namespace RouteSae.Hub;

/// <summary>The language model that a bundle refers to is not where it could be.</summary>
public sealed class LanguageModelNotFoundException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reference">The model that was looked for.</param>
    /// <param name="findings">Each place that was looked at and what was wrong with it.</param>
    public LanguageModelNotFoundException(LanguageModelReference reference, IReadOnlyList<string> findings)
        : base(Describe(reference, findings))
    {
        Reference = reference;
        Findings = findings;
    }

    /// <summary>The model that was looked for.</summary>
    public LanguageModelReference Reference { get; }

    /// <summary>Each place that was looked at and what was wrong with it.</summary>
    internal IReadOnlyList<string> Findings { get; }

    private const string Allowing =
        " A file may lead only to folders below its bundle, the current folder, ROUTESAE_MODELS and the hub's cache; if you trust this one, "
        + "call LanguageModelSearch.Allow(folder) before loading.";

    private static string Describe(LanguageModelReference reference, IReadOnlyList<string> findings)
    {
        var files = string.Join(", ", reference.Files.Select(file => $"{file.Key} ({file.Value.Size} bytes, SHA-256 {file.Value.Sha256})"));
        var places = string.Concat(findings.Select(finding => $"{Environment.NewLine}- {finding}"));
        return $"The language model '{reference.Location}' was not found. The features were computed with its files {files}. Looked at:{places}"
            + $"{Environment.NewLine}Put the model in one of these folders, or in a folder below the one that the environment variable {LanguageModelSearch.ModelsVariable} names."
            + (findings.Any(finding => finding.Contains(": not looked at:", StringComparison.Ordinal)) ? Allowing : "")
            + (HubModelId.TryParse(reference.Location) is null ? "" : $" From the Hugging Face hub, FeatureBundle.FetchLanguageModelAsync or ModelHub.ResolveAsync(\"{reference.Location}\") downloads it.");
    }
}
