namespace RouteSae.Hub;

/// <summary>What the cache holds of a revision.</summary>
/// <param name="Folder">The snapshot's folder.</param>
/// <param name="Missing">What it lacks of configuration and weights, or of a tokenizer where nothing else is needed.</param>
/// <param name="HasTokenizer">Whether it has a tokenizer and its settings.</param>
internal sealed record CachedSnapshot(string Folder, IReadOnlyList<string> Missing, bool HasTokenizer)
{
    /// <summary>Whether what is needed can be loaded.</summary>
    public bool IsLoadable => Missing.Count == 0;

    /// <summary>
    /// Whether nothing has to be asked for. A model without a tokenizer, or one whose tokenizer was never fetched: only the hub knows which.
    /// </summary>
    public bool IsComplete => IsLoadable && HasTokenizer;

    /// <summary>Looks a revision up; null when the cache does not know it.</summary>
    public static CachedSnapshot? Find(HubCache cache, HubModelId model, bool tokenizerOnly)
    {
        if (cache.FindCommit(model) is not { } commit || cache.Snapshot(commit) is not { } folder || !Directory.Exists(folder))
        {
            return null;
        }

        var missing = tokenizerOnly ? CheckpointFiles.MissingTokenizer(folder) : CheckpointFiles.MissingWeights(folder);
        return new CachedSnapshot(folder, missing, CheckpointFiles.HasTokenizer(folder));
    }
}
