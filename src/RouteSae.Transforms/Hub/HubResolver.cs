namespace RouteSae.Hub;

/// <summary>Finds a model in the hub's cache, or downloads it into it.</summary>
/// <param name="settings">Where to look, and how.</param>
/// <param name="model">The model.</param>
/// <param name="progress">Is told how far each downloaded file is.</param>
/// <param name="expected">The files that it must have to be worth a download; null when any will do.</param>
internal sealed class HubResolver(HubSettings settings, HubModelId model, IProgress<HubProgress>? progress, LanguageModelReference? expected = null)
{
    private readonly HubCache _cache = new(settings.CacheFolder, model);

    /// <summary>The folder of a snapshot from which what is needed can be loaded.</summary>
    /// <exception cref="HubException">There is none, and it cannot be had.</exception>
    /// <exception cref="LanguageModelNotFoundException">The hub's files are others than the expected ones.</exception>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var cached = CachedSnapshot.Find(_cache, model, settings.TokenizerOnly);
        if (cached is { IsComplete: true } && (model.IsPinned || !settings.CheckForUpdates || settings.Offline))
        {
            return cached.Folder;
        }

        if (settings.Offline)
        {
            return cached is { IsLoadable: true } ? UseCached(cached, "Downloading is switched off (HF_HUB_OFFLINE).") : throw NotCached(cached);
        }

        try
        {
            return await DownloadAsync(cached, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException and not (HubException or LanguageModelNotFoundException) or UnauthorizedAccessException)
        {
            throw DiskSpace.Failure(settings.CacheFolder, failure);
        }
    }

    private async Task<string> DownloadAsync(CachedSnapshot? cached, CancellationToken cancellationToken)
    {
        using var client = new HubClient(settings);
        HubRevision revision;
        try
        {
            // Whoever has a usable copy does not want to wait for all the attempts.
            revision = await client.FindRevisionAsync(model, cached is { IsLoadable: true } ? 0 : settings.Retries, cancellationToken).ConfigureAwait(false);
        }
        catch (HubException failure) when (cached is { IsLoadable: true } && failure.LeavesCacheValid)
        {
            return UseCached(cached, failure.Message);
        }

        try
        {
            var blobs = new BlobStore(client, settings, _cache, progress);
            var check = expected is null ? null : new ReferenceCheck(expected, $"{settings.Endpoint}/{model.Repository}/tree/{revision.Commit}");
            return await new SnapshotDownload(client, blobs, _cache, model, settings.TokenizerOnly, check).RunAsync(revision, cancellationToken).ConfigureAwait(false);
        }
        catch (HubException failure) when (cached is { IsComplete: true } && failure.LeavesCacheValid)
        {
            return UseCached(cached, failure.Message);
        }
    }

    private string UseCached(CachedSnapshot cached, string why)
    {
        settings.Warnings?.Report($"{why} {model} is used as it lies in the cache: {cached.Folder}");
        return cached.Folder;
    }

    private HubException NotCached(CachedSnapshot? cached)
    {
        var found = cached is null ? "" : $" ({cached.Folder} lacks {string.Join(", ", cached.Missing)})";
        return new HubException(
            HubFailure.Offline,
            $"Downloading is switched off (HF_HUB_OFFLINE), and {model} is not in the cache {settings.CacheFolder}{found}. Unset HF_HUB_OFFLINE, or copy the model into the cache.");
    }
}
