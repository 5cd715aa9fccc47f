using RouteSae.Hub;

namespace RouteSae.Bundles;

public sealed partial class FeatureBundle
{
    /// <summary>Finds the referenced language model and verifies its files, once: a second call gives the first one's answer.</summary>
    /// <returns>Its folder; null when the language model is in the bundle.</returns>
    /// <exception cref="LanguageModelNotFoundException">It is nowhere, or its files are others. The message says where it was looked for.</exception>
    public string? FindLanguageModel() => _languageModelFolder ?? FindLanguageModelAgain();

    /// <summary>
    /// Finds the referenced language model, and downloads it where it is nowhere and has a name on the Hugging Face hub. Afterwards
    /// the bundle can be used. Where the hub has other files by now, no weights are downloaded. Nothing else downloads a bundle's language model.
    /// </summary>
    /// <param name="options">Settings of the download; the environment's when null.</param>
    /// <param name="progress">Is told how far each downloaded file is.</param>
    /// <param name="cancellationToken">Ends the download; the next one goes on from there.</param>
    /// <returns>Its folder; null when the language model is in the bundle.</returns>
    /// <exception cref="LanguageModelNotFoundException">It is nowhere and has no such name, or the files there are others. The message says where it was looked for.</exception>
    /// <exception cref="HubException">It cannot be downloaded.</exception>
    public async Task<string?> FetchLanguageModelAsync(
        HubOptions? options = null, IProgress<HubProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var settings = HubSettings.From(options ?? new HubOptions(), HubEnvironment.Process);
        try
        {
            return await Task.Run(FindLanguageModel, cancellationToken).ConfigureAwait(false);
        }
        catch (LanguageModelNotFoundException missing) when (HubModelId.TryParse(missing.Reference.Location) is { } model)
        {
            // What the cache may hold is not the right one.
            var resolver = new HubResolver(settings with { CheckForUpdates = true, TokenizerOnly = false }, model, progress, missing.Reference);
            var folder = await FetchAsync(resolver, missing, cancellationToken).ConfigureAwait(false);
            return _languageModelFolder = LanguageModelSearch.Find(missing.Reference, _folder, lastFoundAt: null, chosen: folder);
        }
    }

    /// <summary>Finds and verifies the referenced language model whatever an earlier call found, which may have been replaced since.</summary>
    internal string? FindLanguageModelAgain() => Manifest.LanguageModel is { } reference
        ? _languageModelFolder = LanguageModelSearch.Find(reference, _folder, LanguageModelLastFoundAt, _languageModelFolder ?? _chosenFolder)
        : null;

    private static async Task<string> FetchAsync(HubResolver resolver, LanguageModelNotFoundException missing, CancellationToken cancellationToken)
    {
        try
        {
            return await resolver.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (LanguageModelNotFoundException other)
        {
            throw new LanguageModelNotFoundException(missing.Reference, [.. missing.Findings, .. other.Findings]);
        }
    }
}
