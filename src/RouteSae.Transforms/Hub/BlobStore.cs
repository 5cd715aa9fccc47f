namespace RouteSae.Hub;

/// <summary>Puts verified files into the cache: content below <c>blobs</c>, and a link to it in the snapshot.</summary>
internal sealed class BlobStore(HubClient client, HubSettings settings, HubCache cache, IProgress<HubProgress>? progress)
{
    /// <summary>Downloads a file unless its content is there already, and makes it a part of its snapshot.</summary>
    /// <exception cref="HubException">It cannot be had, or is not what was announced.</exception>
    public async Task AddAsync(HubFile file, CancellationToken cancellationToken)
    {
        var blob = cache.Blob(file.ETag);
        var target = Path.Combine(cache.Snapshot(file.Commit), file.Name);
        Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        using var only = await FileLock.AcquireAsync(
            cache.LockFile(file.ETag),
            () => settings.Warnings?.Report($"Another process downloads {file}; waiting for it."),
            cancellationToken).ConfigureAwait(false);
        if (HubCache.HasFile(target))
        {
            return;
        }

        var isNew = new FileInfo(blob) is not { Exists: true } present || present.Length != file.Size;
        if (isNew)
        {
            await DownloadAsync(file, blob, cancellationToken).ConfigureAwait(false);
        }

        Place(blob, target, isNew);
    }

    private async Task DownloadAsync(HubFile file, string blob, CancellationToken cancellationToken)
    {
        var part = $"{blob}.incomplete";
        var wasInterrupted = File.Exists(part);
        try
        {
            await DownloadPartAsync(file, part, cancellationToken).ConfigureAwait(false);
        }
        catch (HubException failure) when (failure.Failure == HubFailure.Damaged)
        {
            File.Delete(part);
            if (!wasInterrupted)
            {
                throw;
            }

            // What an earlier and interrupted download had left may be at fault.
            settings.Warnings?.Report($"{failure.Message} Downloading it from its beginning.");
            await DownloadAsync(file, blob, cancellationToken).ConfigureAwait(false);
            return;
        }

        File.Move(part, blob, overwrite: true);
    }

    private async Task DownloadPartAsync(HubFile file, string path, CancellationToken cancellationToken)
    {
        using var part = await PartialBlob.OpenAsync(path, file, cancellationToken).ConfigureAwait(false);
        DiskSpace.Check(path, file.Size - part.Length, file.ToString());
        await new BlobDownload(client, settings, part, progress).RunAsync(cancellationToken).ConfigureAwait(false);
        part.Verify();
    }

    private void Place(string blob, string target, bool isNew)
    {
        // A link whose blob was deleted may be there.
        File.Delete(target);
        if (settings.LinksAllowed && TryLink(blob, target))
        {
            return;
        }

        if (isNew)
        {
            File.Move(blob, target);
            return;
        }

        var temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        File.Copy(blob, temporary);
        File.Move(temporary, target);
    }

    // Windows wants a privilege or its developer mode for links, and some file systems have none.
    private static bool TryLink(string blob, string target)
    {
        try
        {
            File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, blob));
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            return false;
        }
    }
}
