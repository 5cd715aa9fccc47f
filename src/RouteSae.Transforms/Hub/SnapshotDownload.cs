using RouteSae.Tensors;

namespace RouteSae.Hub;

/// <summary>Completes the snapshot of a commit: small files first, then the weights, and at the end the branch's or tag's name.</summary>
internal sealed class SnapshotDownload(HubClient client, BlobStore blobs, HubCache cache, HubModelId model, bool tokenizerOnly, ReferenceCheck? check)
{
    private readonly Dictionary<string, HubFile> _announced = new(StringComparer.Ordinal);

    /// <summary>Downloads what is missing.</summary>
    /// <returns>The snapshot's folder.</returns>
    /// <exception cref="HubException">A file cannot be had, or is not what was announced.</exception>
    /// <exception cref="LanguageModelNotFoundException">The hub's files are others than the expected ones.</exception>
    /// <exception cref="SafetensorsFormatException">The index of the weights is malformed or points outside its folder.</exception>
    public async Task<string> RunAsync(HubRevision revision, CancellationToken cancellationToken)
    {
        var snapshot = cache.Snapshot(revision.Commit);
        if (tokenizerOnly)
        {
            await AddAsync(CheckpointFiles.ChooseTokenizer(model, revision.Files), revision.Commit, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await AddModelAsync(revision, snapshot, cancellationToken).ConfigureAwait(false);
        }

        // Not before: until then the name stands for the older snapshot, which is complete; a tokenizer alone never takes it away.
        if (!(tokenizerOnly && CachedSnapshot.Find(cache, model, tokenizerOnly: false) is { IsLoadable: true }))
        {
            cache.WriteCommit(model, revision.Commit);
        }

        return snapshot;
    }

    private async Task AddModelAsync(HubRevision revision, string snapshot, CancellationToken cancellationToken)
    {
        var names = CheckpointFiles.Choose(model, revision.Files);
        if (check is not null)
        {
            await check.CompareAnnouncedAsync(revision.Files, name => FindFileAsync(revision.Commit, name, cancellationToken)).ConfigureAwait(false);
        }

        await AddAsync(names, revision.Commit, cancellationToken).ConfigureAwait(false);
        check?.CompareSmall(snapshot);
        await AddAsync(CheckpointFiles.Weights(model, snapshot, revision.Files), revision.Commit, cancellationToken).ConfigureAwait(false);
    }

    private async Task AddAsync(IReadOnlyList<string> names, string commit, CancellationToken cancellationToken)
    {
        foreach (var name in names.Where(name => !HubCache.HasFile(Path.Combine(cache.Snapshot(commit), name))))
        {
            await blobs.AddAsync(await FindFileAsync(commit, name, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<HubFile> FindFileAsync(string commit, string name, CancellationToken cancellationToken) =>
        _announced.TryGetValue(name, out var known)
            ? known
            : _announced[name] = await client.FindFileAsync(model, commit, name, cancellationToken).ConfigureAwait(false);
}
