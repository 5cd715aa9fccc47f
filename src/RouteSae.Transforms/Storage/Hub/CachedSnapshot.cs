namespace RouteSae.Storage.Hub;

/// <summary>What the cache holds of a revision.</summary>
/// <param name="Folder">The snapshot's folder.</param>
/// <param name="Missing">What it lacks of configuration and weights.</param>
/// <param name="HasTokenizer">Whether it has a tokenizer and its settings.</param>
internal sealed record CachedSnapshot(string Folder, IReadOnlyList<string> Missing, bool HasTokenizer)
{
    /// <summary>Whether the language model can be loaded.</summary>
    public bool IsLoadable => Missing.Count == 0;

    /// <summary>
    /// Whether nothing has to be asked for. A model without a tokenizer, or one whose tokenizer was never fetched: only the hub knows which.
    /// </summary>
    public bool IsComplete => IsLoadable && HasTokenizer;

    /// <summary>Looks a revision up; null when the cache does not know it.</summary>
    public static CachedSnapshot? Find(HubCache cache, HubModelId model)
    {
        if (cache.FindCommit(model) is not { } commit || cache.Snapshot(commit) is not { } folder || !Directory.Exists(folder))
        {
            return null;
        }

        return new CachedSnapshot(folder, CheckpointFiles.MissingWeights(folder), CheckpointFiles.HasTokenizer(folder));
    }
}
